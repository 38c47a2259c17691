import { lines } from './words.ts'

/** A country with its names. Phone patterns lie in ranges that the numbering authorities keep for fiction. */
export type Country = {
  code: string
  name: string
  locale: string
  currency: string
  phone: string
  /** Whether the house number stands before the street. */
  numberFirst: boolean
  streets: string[]
  /** City and the pattern of its postal code. */
  cities: [string, string][]
  firstNames: string[]
  lastNames: string[]
}

/** code; name; locale; currency; phone; number before or after; streets; cities with postal codes; first names; last names */
const TABLE = lines(`
  DE; Germany; de; EUR; +493023125###; after; Lindenweg, Hafenstraße, Am Kirchplatz, Schäfergasse; Hamburg 20###, Leipzig 04###, Köln 50###, Freiburg 79###; Anna, Jürgen, Lena, Björn, Käthe, Matthias, Elif, Tobias, Sören, Ute; Müller, Schäfer, Weiß, Krüger, Lindholm, Öztürk, Vogel, Brandt, Groß, Hartmann
  AT; Austria; de; EUR; +120255501##; after; Mariengasse, Am Graben, Mühlweg; Wien 10##, Graz 80##, Linz 40##; Franziska, Lukas, Magdalena, Xaver, Bärbel, Jonas; Gruber, Höllwarth, Steiner, Moser, Wögerbauer, Egger
  CH; Switzerland; de; CHF; +120255501##; after; Bahnhofweg, Seestrasse, Rue du Lac; Zürich 80##, Bern 30##, Genève 12##; Reto, Céline, Urs, Noëmi, Beat, Chiara; Zürcher, Aebischer, Favre, Bühler, Rossi, Küng
  FR; France; fr; EUR; +3363998####; before; rue des Tilleuls, quai du Port, allée des Érables, impasse du Moulin; Nantes 44###, Lyon 69###, Lille 59###, Brest 29###; Chloé, Benoît, Zoé, Jérôme, Anaïs, François, Maëlle, Loïc, Inès, Hélène; Lefèvre, Dubois, Gauthier, Le Goff, Béranger, N'Diaye, Marchand, Châtelain, Roux, Perrin
  GB; United Kingdom; en; GBP; +447700900###; before; Orchard Lane, Harbour Road, Mill Street, St Mary's Close; Bristol BS# #XD, Leeds LS# #QA, Whitby YO2# #HT, Cardiff CF1# #AB; Amelia, Rhys, Imogen, Callum, Priya, George, Siân, Marcus, Hannah, Dev; Clarke, O'Neill, Hughes, Patel, Ashworth, Fenwick, Llewellyn, Bright, Okafor, Smythe-Jones
  IE; Ireland; en; EUR; +35320911####; before; Strand Road, Chapel Street, Quay Lane; Galway H91 X###, Cork T12 Y###, Dublin D08 Z###; Aoife, Seán, Niamh, Oisín, Gráinne, Ciarán; O'Brien, Ní Dhomhnaill, Murphy, Ó Súilleabháin, Byrne, Walsh
  US; United States; en; USD; +120255501##; before; Maple Avenue, Cedar Street, Lakeview Drive, Old Mill Road; Portland 972##, Burlington 054##, Austin 787##, Duluth 558##; Emma, Tyrone, José, Madison, Wei, Grace, Malik, Olivia, Diego, Ruth; Johnson, Nguyen, García, Walker, Kim, Robinson, Delgado, Whitefeather, Cohen, Brooks
  CA; Canada; en; USD; +120255501##; before; Spruce Street, rue Saint-Denis, Harbour View; Halifax B3H #K#, Montréal H2X #L#, Victoria V8V #M#; Étienne, Claire, Noah, Geneviève, Liam, Amara; Tremblay, MacDonald, Bouchard, Singh, Fraser, Côté
  NL; Netherlands; nl; EUR; +120255501##; after; Prinsengracht, Dorpsstraat, Havenkade; Utrecht 35## AB, Groningen 97## CD, Rotterdam 30## EF; Sanne, Daan, Fleur, Joost, Maaike, Thijs; de Vries, van den Berg, Jansen, Bakker, Visser, ’t Hart
  ES; Spain; es; EUR; +120255501##; after; Calle Mayor, Avenida del Puerto, Plaza Nueva; Sevilla 41###, Bilbao 48###, Valencia 46###; Lucía, Álvaro, Begoña, Íñigo, Marisol, Andrés; Núñez, Ibáñez, Fernández, Peña, Gómez, Etxeberria
  IT; Italy; it; EUR; +120255501##; after; Via Roma, Via del Porto, Viale dei Pini; Genova 16###, Bologna 40###, Lecce 73###; Giulia, Niccolò, Chiara, Matteo, Sofia, Davide; Rossi, D'Angelo, Esposito, Lo Presti, Ferrari, Conti
  SE; Sweden; sv; EUR; +4670174061#; after; Storgatan, Björkvägen, Hamngatan; Göteborg 41# ##, Umeå 90# ##, Malmö 21# ##; Åsa, Örjan, Linnéa, Gustav, Märta, Nils; Lindström, Åkesson, Öberg, Sjögren, Nyström, Ekdahl
  PL; Poland; pl; EUR; +120255501##; after; ulica Długa, ulica Lipowa, Rynek; Gdańsk 80-###, Kraków 30-###, Łódź 90-###; Zofia, Łukasz, Małgorzata, Wojciech, Agnieszka, Jędrzej; Wiśniewska, Dąbrowski, Wójcik, Żak, Kamińska, Grzegorczyk
  CZ; Czechia; cs; EUR; +120255501##; after; Dlouhá, Na Příkopě, Lipová; Praha 11# 00, Brno 60# 00, Plzeň 30# 00; Jiří, Zdeňka, Ondřej, Kateřina, Šimon, Božena; Dvořák, Šťastná, Procházka, Černý, Růžičková, Říha
  GR; Greece; el; EUR; +120255501##; after; Οδός Ερμού, Λεωφόρος Νίκης, Οδός Αθηνάς; Αθήνα 10# ##, Θεσσαλονίκη 54# ##, Χανιά 73# ##; Ελένη, Γιώργος, Μαρία, Νίκος, Κατερίνα; Παπαδοπούλου, Αγγελόπουλος, Δημητρίου, Οικονόμου, Καραγιάννης
  UA; Ukraine; uk; EUR; +120255501##; after; вулиця Садова, проспект Миру, вулиця Лесі Українки; Львів 79###, Одеса 65###, Київ 01###; Оксана, Тарас, Соломія, Богдан, Ярина; Шевченко, Коваленко, Бондар, Мельник, Гриценко
  TR; Türkiye; tr; EUR; +120255501##; after; İstiklal Caddesi, Gül Sokak, Liman Yolu; İzmir 35###, İstanbul 34###, Muğla 48###; Ayşe, Çağlar, Gülşen, İbrahim, Şule; Yılmaz, Çelik, Öztürk, Doğan, Işık
  JP; Japan; ja; JPY; +120255501##; after; 本町, 桜通り, 港町; 横浜市 220-00##, 京都市 600-80##, 札幌市 060-00##; 太郎, 花子, 健, 美咲, 陽菜; 山田, 佐藤, 鈴木, 高橋, 渡辺
  KR; South Korea; ko; USD; +120255501##; after; 중앙로, 해변길, 소나무길; 서울 045##, 부산 480##, 제주 631##; 지민, 서연, 민준, 하은, 도윤; 김, 이, 박, 최, 정
  IN; India; en; USD; +120255501##; before; MG Road, Lake View Road, Temple Street; Pune 4110##, Kochi 6820##, Jaipur 3020##; Ananya, Rohan, Meera, Arjun, Kavya; Sharma, Iyer, Nair, Chatterjee, Reddy
  BR; Brazil; pt; USD; +120255501##; after; Rua das Flores, Avenida Beira-Mar, Rua do Porto; Recife 500##-000, Curitiba 800##-000, Santos 110##-000; João, Conceição, Thaís, Otávio, Luísa; Gonçalves, Araújo, Assunção, Pereira, da Conceição
  EG; Egypt; ar; USD; +120255501##; after; شارع النيل, شارع الحرية, شارع البحر; القاهرة 115##, الإسكندرية 215##, أسوان 815##; نور, يوسف, مريم, عمر, ليلى; الهاشمي, عبد الرحمن, السيد, منصور, الخطيب
  AU; Australia; en; USD; +6125550####; before; Banksia Street, Wharf Road, Gumtree Close; Hobart 70##, Fremantle 61##, Newcastle 23##; Charlotte, Jack, Mia, Lachlan, Ngaire; Campbell, Nguyen, Taylor, Papadakis, Wilson
`)

export const COUNTRIES: readonly Country[] = TABLE.map(country)

function country(row: string): Country {
  const [code = '', name = '', locale = '', currency = '', phone = '', order = '', ...rest] = row
    .split(';')
    .map((cell) => cell.trim())
  const [streets = [], cities = [], firstNames = [], lastNames = []] = rest.map((cell) => cell.split(', '))
  return {
    code,
    name,
    locale,
    currency,
    phone,
    numberFirst: order === 'before',
    streets,
    cities: cities.map(city),
    firstNames,
    lastNames,
  }
}

/** The first word is the city, the rest is its postal code. */
function city(text: string): [string, string] {
  const space = text.indexOf(' ')
  return [text.slice(0, space), text.slice(space + 1)]
}
