import { lines } from './words.ts'

/** A group of like products: its word in a sku, what it is, how it varies, its price range in cents and the titles. */
export type Family = {
  code: string
  productType: string
  tags: string[]
  option: { name: string; values: string[] }
  cents: [number, number]
  titles: string[]
}

export const VENDORS = lines(`
  Harbour & Pine
  Nordlys Atelier
  Kiln Lane
  Salt Marsh Textiles
  Brightwater Goods
  Alder Works
  Fjellvik
  Maison Tilleul
  Três Marés
  Kogane Living
  Öland Ljus
`)

export const DESCRIPTIONS = lines(`
  Made in small batches and finished by hand.
  Light enough to carry, sturdy enough for every day.
  Every piece differs a little in colour; that is how it should be.
  Care: wipe clean with a damp cloth.
  Packed in recycled card without plastic.
  Designed with a family workshop on the coast.
  Suited to wind, rain and long evenings outside.
  Dishwasher safe; do not use in a microwave.
  Comes with a two-year guarantee.
  The wood comes from certified forests.
`)

/** code; type; tags; option: values; lowest and highest price in cents; titles */
const TABLE = lines(`
  MUG; Mugs; kitchen, enamel; Colour: Sand, Sea blue, Moss, Charcoal; 950-2450; Harbour Mug, Tide Mug, Campfire Mug, Lighthouse Mug, Driftwood Mug, Fog Cup, Regatta Mug, Pebble Espresso Cup, Buoy Mug, Heather Mug, Ferry Mug, Pier Beaker, Dune Cup, Skipper Mug
  BLK; Blankets; textiles, wool; Size: Throw, Single, Double; 5900-18900; Fjord Blanket, Moor Throw, Winter Pine Blanket, Sheepfold Blanket, Cabin Plaid, Lichen Throw, Snowdrift Blanket, Harvest Plaid, Estuary Throw, Northwind Blanket, Drover Blanket, Bracken Plaid, Cove Throw, Ember Blanket
  LAN; Lanterns; lighting, outdoor; Finish: Brass, Black, Galvanised; 2900-12900; Storm Lantern, Quay Lantern, Ice House Lantern, Garden Hurricane Light, Boathouse Lamp, Glow Jar, Jetty Light, Path Marker Light, Signal Lantern, Terrace String Lights, Moth Lamp, Beacon Lantern, Harbourmaster Lamp, Solar Reed Light
  CAN; Candles; scent, gift; Scent: Pine, Sea salt, Fig; 1290-4490; Pine Needle Candle, Sea Salt Candle, Smoked Birch Candle, Fig Orchard Candle, Beeswax Pillar, Tallow Free Tealights, Cedar Tin Candle, Rainy Path Candle, Orchard Taper Set, Kelp Candle, Bonfire Candle, Linen Closet Candle, Rosemary Jar Candle, First Snow Candle
  CUT; Cutlery; kitchen, steel; Set: 4 pieces, 16 pieces, 24 pieces; 1900-21900; Anchor Cutlery, Fisher Knife, Oyster Knife, Bread Saw, Picnic Spork, Galley Knife Set, Butter Paddle, Cheese Plane, Carver Pair, Serving Spoons, Folding Camp Knife, Grapefruit Spoon, Bosun Fork Set, Salad Servers
  BRD; Boards; kitchen, wood; Size: Small, Medium, Large; 1890-8900; Oak Bread Board, Ash Serving Board, Round Pine Board, Herb Board, Cheese Plank, Olive Tapas Board, Breakfast Board, Carving Board with Groove, Beech Paddle, Driftwood Platter, Cherry Slice Board, Walnut End Grain Block, Fish Plank, Sandwich Board
  CHR; Garden Chairs; furniture, outdoor; Colour: Natural, White, Teal; 8900-34900; Pier Deckchair, Captain's Chair, Folding Bistro Chair, Adirondack Chair, Meadow Stool, Rope Lounger, Orchard Bench, Campfire Stool, Balcony Rocker, Slat Recliner, Dockside Chair, Teak Side Chair, Wicker Nest Chair, Low Beach Seat
  TNT; Tents; camping, outdoor; Capacity: 1 person, 2 persons, 4 persons; 14900-89900; Plover Tent, Curlew Tent, Gannet Dome, Skua Tunnel Tent, Heron Tarp, Sandpiper Shelter, Osprey Base Tent, Kittiwake Bivvy, Puffin Family Tent, Tern Ultralight, Petrel Trail Tent, Wren Play Tent, Dunlin Awning, Fulmar Storm Tent
  PCK; Packs; camping, bags; Volume: 18 l, 28 l, 45 l; 4900-22900; Ridge Pack, Coastal Daypack, Roll Top Pack, Ferry Tote, Waxed Satchel, Canvas Duffel, Fisher Creel Bag, Summit Pack, Picnic Rucksack, Saddle Bag, Market Tote, Dry Bag, Sling Pouch, Weekender
  BOT; Bottles; camping, steel; Volume: 350 ml, 500 ml, 750 ml, 1 l; 1490-4990; Burn Bottle, Loch Flask, Spring Carafe, Insulated Tumbler, Summit Bottle, Pocket Flask, Soup Jar, Glen Thermos, Trail Canteen, Cold Brew Bottle, Mountain Mug Flask, River Bottle, Kids Otter Bottle, Growler
  PLT; Plates; kitchen, stoneware; Glaze: White, Speckled, Indigo; 1290-5990; Shoreline Dinner Plate, Shoreline Side Plate, Kelp Bowl, Tidepool Bowl, Gull Egg Cup, Cairn Serving Dish, Breakwater Platter, Porridge Bowl, Oat Plate, Pasta Bowl, Salt Pinch Pot, Gravy Boat, Pie Dish, Ramekin Pair
  LIN; Bed Linen; textiles, linen; Size: Single, Double, King; 3900-24900; Sailcloth Duvet Cover, Washed Linen Sheet, Driftwood Pillowcase, Stripe Bolster, Meadow Quilt, Ticking Sheet, Fogbank Duvet Cover, Herringbone Bedspread, Cabin Pillow, Marram Sheet Set, Flannel Duvet Cover, Cotton Percale Set, Summer Coverlet, Cot Quilt
  GRD; Garden Tools; garden, steel; Handle: Short, Long; 990-7990; Hand Fork, Bulb Planter, Dibber, Pruning Knife, Copper Trowel, Potting Scoop, Weeding Hook, Watering Can, Garden Twine, Leaf Rake, Hori Knife, Seed Drawer, Kneeling Pad, Bird Feeder
  RUG; Rugs; textiles, home; Size: 60 x 90, 120 x 180, 160 x 230; 4900-59900; Jute Door Mat, Braided Rug, Flatweave Runner, Sheepskin, Harbour Stripe Rug, Coir Mat, Wool Berber Rug, Washable Kitchen Rug, Reed Mat, Picnic Rug, Nautical Runner, Felt Ball Rug, Porch Mat, Sisal Rug
  GFT; Gifts; gift, stationery; Edition: Standard, Deluxe; 50-9900; Sample Sachet, Tide Calendar, Shell Notebook, Knot Tying Kit, Gift Box Coast, Gift Box Forest, Recipe Tin, Matchbox Set, Wax Seal Kit, Postcard Set, Star Map, Message Bottle, Advent Boxes, Mystery Parcel
`)

export const FAMILIES: readonly Family[] = TABLE.map(family)

function family(row: string): Family {
  const [code = '', productType = '', tags = '', option = '', cents = '', titles = ''] = row
    .split(';')
    .map((cell) => cell.trim())
  const [name = '', values = ''] = option.split(': ')
  const [low = '0', high = '0'] = cents.split('-')
  return {
    code,
    productType,
    tags: tags.split(', '),
    option: { name, values: values.split(', ') },
    cents: [Number(low), Number(high)],
    titles: titles.split(', '),
  }
}
