import { promises as dns } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { rootCertificates } from 'node:tls'
import { buildConnector } from 'undici'
import { endpoint, isPublicAddress } from './egress-policy.ts'

const CONNECT_TIMEOUT_MS = 5000

/** The addresses of a host name. Rejects, or resolves to none, when there are none. */
export type Resolve = (hostname: string) => Promise<readonly string[]>

/** The code of the error with which a connection to an address that is not public is refused. */
export const ADDRESS_REFUSED = 'EGRESS_ADDRESS_REFUSED'

type Settings = {
  exceptions: ReadonlySet<string>
  resolve?: Resolve | undefined
  /** A certificate authority (PEM) to trust beside the built-in ones. */
  authority?: string | undefined
  /** Name look-up, TCP and TLS together; 5 s unless given. */
  connectTimeoutMs?: number
}

/**
 * Opens sockets for undici. A name is resolved once, its addresses are judged, and the socket connects to what was judged,
 * so that no second answer of the name server can slip in between. TLS is always verified, whatever the environment says.
 */
export function guardedConnector(settings: Settings): buildConnector.connector {
  const { exceptions, resolve = systemResolve, authority, connectTimeoutMs = CONNECT_TIMEOUT_MS } = settings
  const common = {
    timeout: connectTimeoutMs,
    rejectUnauthorized: true,
    ...(authority !== undefined && { ca: [...rootCertificates, authority] }),
  }
  const toPublic = buildConnector({ ...common, lookup: lookupBy(resolve, isPublicAddress) })
  const toException = buildConnector({ ...common, lookup: lookupBy(resolve, () => true) })
  return (options, callback) => {
    if (exceptions.has(endpoint(options))) return toException(options, callback)
    // An address needs no look-up, so the judgement there would never be asked.
    if (isIP(options.hostname) !== 0 && !isPublicAddress(options.hostname)) return callback(addressRefused(), null)
    return toPublic(options, callback)
  }
}

const systemResolve: Resolve = async (hostname) => {
  const found = await dns.lookup(hostname, { all: true })
  return found.map(({ address }) => address)
}

/** Keeps the addresses that may be used; refuses when the name has others only. */
function lookupBy(resolve: Resolve, isUsable: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const usable = addresses.filter(isUsable).map((address) => ({ address, family: isIP(address) }))
        const [first] = usable
        if (!first) return callback(addressRefused(), '', 0)
        return options.all ? callback(null, usable) : callback(null, first.address, first.family)
      },
      (cause: NodeJS.ErrnoException) => callback(cause, '', 0),
    )
  }
}

function addressRefused(): NodeJS.ErrnoException {
  return Object.assign(new Error('none of its addresses is public'), { code: ADDRESS_REFUSED })
}
