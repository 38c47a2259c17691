import { AppError, type Secret } from '#kernel'

/** Sends mail to people. Rejects with AppError `unavailable` where the server does not take it. */
export type Mailer = { send(mail: { to: string; subject: string; text: string }): Promise<void> }

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])
const TIMEOUT_MS = 10_000

/**
 * Mail by the operator's SMTP server: `smtps:`, or `smtp:` that must offer STARTTLS unless it is on loopback. Certificates are
 * always checked. Plain text only, one recipient, no files.
 */
export function createMailer(url: Secret, from: string): Mailer {
  const { protocol, hostname, port, username, password } = new URL(url.reveal())
  const isLoopback = LOOPBACK.has(hostname)
  const settings = {
    // A URL has an IPv6 address in brackets, a socket has none.
    host: hostname.replaceAll(/[[\]]/g, ''),
    port: Number(port) || (protocol === 'smtps:' ? 465 : 587),
    secure: protocol === 'smtps:',
    requireTLS: !isLoopback,
    ignoreTLS: isLoopback && protocol === 'smtp:',
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' as const },
    dnsTimeout: TIMEOUT_MS,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(username !== '' && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
  }
  return {
    async send({ to, subject, text }) {
      try {
        const { createTransport } = await import('nodemailer')
        await createTransport(settings).sendMail({
          from: { name: 'Tillgate', address: from },
          to: { name: '', address: to },
          subject,
          text,
        })
      } catch (cause) {
        throw new AppError('unavailable', 'The mail could not be sent; try again later, or ask the operator.', {
          cause,
        })
      }
    },
  }
}
