/** One entry a line; blank lines do not count. */
export function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** What an ordinary customer writes beside an order, in the languages of the shop's customers. */
export const ORDER_NOTES = lines(`
  Please leave the parcel with the neighbour at number 12.
  Could you wrap this as a gift? It is for my sister's birthday.
  No rush with this one, we are on holiday until the 14th.
  Please use as little plastic as possible, thank you!
  Second order this month - the first mugs are lovely.
  Can you ignore the discount popup, it did not work for me. Full price is fine.
  I could not read the delivery instructions in your email, please send to the usual address.
  The system said "delivery in 3 days" - is that right?
  Bitte beim Hausmeister abgeben, Klingel „Werkstatt“.
  Rechnung bitte auf die Firma ausstellen, danke!
  Könnten Sie die Vase besonders gut einpacken? Die letzte kam mit einem Sprung an.
  Merci de laisser le colis chez la gardienne.
  C'est un cadeau, pourriez-vous enlever le prix ? Merci d'avance.
  Por favor, llamar antes de entregar. Gracias.
  ¿Podrían enviar todo junto en un solo paquete?
  Si prega di suonare due volte, il citofono è rotto.
  Graag bezorgen na 18.00 uur.
  Vänligen ställ paketet i förrådet.
  Proszę o kontakt przed dostawą.
  玄関前に置いてください。よろしくお願いします。
  ギフト包装をお願いできますか？
  Παρακαλώ τηλεφωνήστε πριν την παράδοση.
  Будь ласка, зателефонуйте перед доставкою.
  Lütfen kapıya bırakmayın, komşuya verin.
  Favor entregar na portaria. Obrigada!
  يرجى الاتصال قبل التسليم، شكرا
  배송 전에 연락 부탁드립니다.
  कृपया डिलीवरी से पहले फोन करें।
`)

/** What the shop's own people note about a customer. */
export const CUSTOMER_NOTES = lines(`
  Prefers e-mail to phone.
  Runs a small guest house, orders linen every spring.
  Asked about wholesale prices in the shop.
  Always very friendly; had one broken lantern, replaced.
  Stammkundin seit 2021, bevorzugt Lieferung am Freitag.
  Cliente fidèle, préfère être contactée par courriel.
  Interesada en la colección de terraza.
  Needs an invoice with the company name.
  Allergic to wool - do not suggest the blankets.
`)

export const REFUND_NOTES = lines(`
  One glass arrived broken, photo seen.
  Wrong size, sent back unused.
  Customer changed their mind within 14 days.
  Goodwill: parcel was a week late.
  Farbe gefiel nicht, Rücksendung eingetroffen.
  Article reçu abîmé.
`)

/** Keys and values that a shop's cart page adds. */
export const ORDER_ATTRIBUTES: readonly (readonly [string, string])[] = [
  ['gift_wrap', 'yes'],
  ['delivery_slot', 'evening'],
  ['heard_about_us', 'a friend'],
  ['newsletter', 'no'],
  ['pickup_point', 'Bahnhof Süd'],
]

export const LINE_ATTRIBUTES: readonly (readonly [string, string])[] = [
  ['engraving', 'For Marta & Jo'],
  ['engraving', 'Zum Einzug 2026'],
  ['ribbon', 'dark green'],
  ['gift_message', 'Herzlichen Glückwunsch, deine Familie'],
  ['gift_message', 'お誕生日おめでとう'],
]

export const CUSTOMER_TAGS = ['vip', 'wholesale', 'newsletter', 'guest-house', 'returns-often', 'local'] as const

export const ORDER_TAGS = ['gift', 'express', 'wholesale', 'phone-order', 'fragile', 'review-asked'] as const
