import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Scope } from '#commerce'
import type { ResourceName } from '../resources.ts'

/** Who asks for consent, as far as it can be known. */
export type AskingClient = {
  readonly clientId: string
  /** The client's own word for itself: to be quoted, never trusted. At most 100 characters. */
  readonly name: string
  /** `document`: the client id is a URL whose host vouches for the client; `registered`: it registered itself; `operator`: the operator did. */
  readonly origin: 'document' | 'registered' | 'operator'
  /** Host of the client-id document; undefined for the others, about whom nobody vouches. */
  readonly documentHost: string | undefined
  readonly redirectUri: string
  /** Host of the redirect, or its scheme where it has no host, e.g. `cursor:`. */
  readonly redirectHost: string
  /** What `form-action` must name so that the answer may go there: an origin or a scheme. */
  readonly redirectSource: string
  /** Every redirect URI of the client is on loopback: any program of this machine can pose as it. */
  readonly isLocalOnly: boolean
}

/** An authorization request that waits for a person. */
export type Interaction = {
  readonly uid: string
  readonly client: AskingClient
  readonly resource: ResourceName
  /** What was asked for; undefined where the request named no scope, and then the person chooses freely. */
  readonly scopes: readonly Scope[] | undefined
}

/** The person's answers, for the page that asks. */
export type Interactions = {
  /** The request that the browser's cookies and the uid belong to; undefined where it is over, answered or another browser's. */
  read(req: IncomingMessage, res: ServerResponse, uid: string): Promise<Interaction | undefined>
  /** Ties the grant, which must be committed, to the request; gives the URL to send the browser to. AppError `not_found` when it is over. */
  allow(
    req: IncomingMessage,
    res: ServerResponse,
    answer: { uid: string; accountId: string; grantId: string; scopes: readonly Scope[]; expiresAt: Date | null },
  ): Promise<string>
  /** As `allow`, with `access_denied` for the client. */
  deny(req: IncomingMessage, res: ServerResponse, uid: string): Promise<string>
}
