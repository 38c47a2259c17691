import { createHmac } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

const STEP_MS = 30_000

/** The newest step whose code was given out, by seed: a code counts once, and only later ones after it. */
const newest = new Map<string, number>()

/**
 * The next code of an authenticator app with this seed in base32 (RFC 6238: SHA-1, 6 digits, 30 seconds). The server takes
 * the step before and after the present one as well, so a second code may come at once; later ones wait for their time.
 */
export async function nextCode(seed: string): Promise<string> {
  const step = Math.max(presentStep(), (newest.get(seed) ?? 0) + 1)
  newest.set(seed, step)
  const early = (step - 1) * STEP_MS - Date.now()
  if (early > 0) await delay(early + 50)
  return codeOf(seed, step)
}

/** The code of a step that is neither used up nor waited for; for tests of what is refused. */
export function codeOf(seed: string, step = presentStep()): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', fromBase32(seed)).update(counter).digest()
  const offset = (digest.at(-1) ?? 0) & 15
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

const presentStep = () => Math.floor(Date.now() / STEP_MS)

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

function fromBase32(text: string): Buffer {
  const bits = [...text.replace(/[\s=-]/g, '').toUpperCase()]
    .map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
