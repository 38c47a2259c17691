/** Issuer ranges with their exact lengths; 13-digit numbers are left out because they are mostly EAN barcodes. */
const ISSUERS =
  /^(?:4\d{15}|4\d{18}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}|3(?:0[0-5]|[68]\d)\d{13}|62\d{14,17})$/
const DIGITS = /(?<![\d./])\d(?:[ -]?\d){12,18}(?!\d)/g
const ASCII = /^[\x20-\x7e]*$/
const INVISIBLE = /[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/g

/** Prefixes of credentials of the platforms and of Tillgate, followed by what such a credential is made of. */
const CREDENTIALS =
  /(?:shp(?:at|ss|ca|pa)_[0-9a-f]{32}|(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,200}|whsec_[A-Za-z0-9+/=]{24,80}|AKIA[A-Z2-7]{16}|gh[pos]_[A-Za-z0-9]{36}|xox[bpe]-[A-Za-z0-9-]{20,200}|tg_(?:at|key|cs|op|ln|in)_[A-Za-z0-9_-]{43}|-----BEGIN [A-Z ]*PRIVATE KEY)/

/** What an argument must never carry: card numbers and credentials. Undefined where the text holds none. */
export function sensitiveContent(text: string): 'card number' | 'credential' | undefined {
  if (text.length < 13) return undefined
  const folded = ASCII.test(text) ? text : text.normalize('NFKC').replace(INVISIBLE, '')
  if (CREDENTIALS.test(folded)) return 'credential'
  for (const [digits] of folded.matchAll(DIGITS)) {
    const number = digits.replace(/\D/g, '')
    if (ISSUERS.test(number) && passesLuhn(number)) return 'card number'
  }
  return undefined
}

/** The check digit of ISO/IEC 7812-1. */
function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let index = digits.length - 1, double = false; index >= 0; index -= 1, double = !double) {
    const digit = digits.charCodeAt(index) - 48
    sum += double ? doubled(digit) : digit
  }
  return sum % 10 === 0
}

function doubled(digit: number): number {
  return digit > 4 ? digit * 2 - 9 : digit * 2
}
