import { z } from 'zod'
import { AppError } from '#kernel'

const bytes = z.string().max(20_000)

const common = {
  id: bytes,
  rawId: bytes,
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).exactOptional(),
  clientExtensionResults: z.strictObject({}),
}

const given = z.strictObject({
  ...common,
  response: z.strictObject({
    clientDataJSON: bytes,
    authenticatorData: bytes,
    signature: bytes,
    userHandle: bytes.exactOptional(),
  }),
})

const made = z.strictObject({
  ...common,
  response: z.strictObject({
    clientDataJSON: bytes,
    attestationObject: bytes,
    transports: z.array(z.string().max(20)).max(10),
  }),
})

/** What passkeys.js sends of a passkey that was used. Throws AppError `invalid_arguments`. */
export function givenPasskey(text: string): z.infer<typeof given> {
  return read(given, text)
}

/** What passkeys.js sends of a passkey that was made. Throws AppError `invalid_arguments`. */
export function madePasskey(text: string): z.infer<typeof made> {
  return read(made, text)
}

function read<T>(schema: z.ZodType<T>, text: string): T {
  const parsed = schema.safeParse(jsonOf(text))
  if (parsed.success) return parsed.data
  throw new AppError('invalid_arguments', 'The browser sent no passkey that can be read; try again.', {
    cause: parsed.error,
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
