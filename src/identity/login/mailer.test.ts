import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { Secret } from '#kernel'
import { localhostTls } from '../../../test/support/localhost-tls.ts'
import { createMailer } from './mailer.ts'

const MAIL = { to: 'ada@example.com', subject: 'A link', text: 'Open it:\nhttps://gate.example/x\n' }

/** What a server answers to a command. */
type Answers = (line: string) => string

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

describe('the mailer', () => {
  it('hands over one plain text to one address', async () => {
    const { port, heard } = await smtpServer(friendly)
    await createMailer(new Secret(`smtp://localhost:${port}`), 'gate@example.com').send(MAIL)
    expect(heard).toContain('MAIL FROM:<gate@example.com>')
    expect(heard.filter((line) => line.startsWith('RCPT'))).toEqual(['RCPT TO:<ada@example.com>'])
    expect(heard).toContain('Subject: A link')
    expect(heard).toContain('https://gate.example/x')
  })

  it('signs in with the name and password of the URL', async () => {
    const { port, heard } = await smtpServer(friendly)
    await createMailer(new Secret(`smtp://me%40x:s%3Aecret@127.0.0.1:${port}`), 'gate@example.com').send(MAIL)
    const plain = heard.find((line) => line.startsWith('AUTH PLAIN'))?.split(' ')[2] ?? ''
    expect(Buffer.from(plain, 'base64').toString()).toBe('\0me@x\0s:ecret')
  })

  it.each([
    ['refuses the address', (line: string) => (line.startsWith('RCPT') ? '550 no such user' : friendly(line))],
    ['refuses the password', (line: string) => (line.startsWith('AUTH') ? '535 wrong' : friendly(line))],
    ['speaks something else', () => 'HTTP/1.1 400 Bad Request'],
  ])('says that it cannot send, and no secret, where the server %s', async (_what, answers) => {
    const { port } = await smtpServer(answers)
    const mailer = createMailer(new Secret(`smtp://me:s3cret@localhost:${port}`), 'gate@example.com')
    const error: unknown = await mailer.send(MAIL).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'unavailable',
      message: 'The mail could not be sent; try again later, or ask the operator.',
      cause: expect.any(Error),
    })
    for (const secret of ['s3cret', Buffer.from('\0me\0s3cret').toString('base64')]) {
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret)
    }
  })

  it('says so where nobody listens', async () => {
    const { port, close } = await smtpServer(friendly)
    close()
    const mailer = createMailer(new Secret(`smtp://localhost:${port}`), 'gate@example.com')
    await expect(mailer.send(MAIL)).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('tells nothing to a server whose certificate nobody vouches for', async () => {
    const heard: string[] = []
    const port = await listen(createTlsServer(localhostTls, (socket) => converse(socket, friendly, heard)))
    const mailer = createMailer(new Secret(`smtps://me:s3cret@localhost:${port}`), 'gate@example.com')
    await expect(mailer.send(MAIL)).rejects.toMatchObject({ code: 'unavailable' })
    expect(heard).toEqual([])
  })

  // Only there are all of 127.0.0.0/8 this machine.
  it.runIf(process.platform === 'linux')('sends neither mail nor password without TLS to another machine', async () => {
    const { port, heard } = await smtpServer(friendly)
    // A name of this machine that is none of loopback to the mailer.
    const mailer = createMailer(new Secret(`smtp://me:s3cret@127.1.2.3:${port}`), 'gate@example.com')
    await expect(mailer.send(MAIL)).rejects.toMatchObject({ code: 'unavailable' })
    expect(heard.length).toBeGreaterThan(0)
    expect(heard.filter((line) => /^(AUTH|MAIL|RCPT|DATA)/.test(line))).toEqual([])
  })

  it('adds no header and no address that stands in what it is given', async () => {
    const { port, heard } = await smtpServer(friendly)
    const mailer = createMailer(new Secret(`smtp://localhost:${port}`), 'gate@example.com')
    const subject = 'Hello\r\nBcc: eve@example.com'
    await mailer.send({ ...MAIL, subject }).catch(() => {})
    await mailer.send({ ...MAIL, to: 'ada@example.com, eve@example.com' }).catch(() => {})
    expect(heard.filter((line) => /^bcc:/i.test(line) || /^RCPT.*<eve@example\.com>/.test(line))).toEqual([])
  })
})

/** Speaks as much SMTP (RFC 5321) as a mail needs. */
function friendly(line: string): string {
  if (line.startsWith('EHLO')) return '250-localhost\r\n250 AUTH PLAIN'
  if (line.startsWith('STARTTLS')) return '502 unknown'
  if (line.startsWith('AUTH')) return '235 welcome'
  if (line.startsWith('DATA')) return '354 go on'
  return line.startsWith('QUIT') ? '221 bye' : '250 fine'
}

async function smtpServer(answers: Answers): Promise<{ port: number; heard: string[]; close(): void }> {
  const heard: string[] = []
  const server = createServer((socket) => converse(socket, answers, heard))
  return { port: await listen(server), heard, close: () => server.close() }
}

/** On every address, as a real one: also on those of loopback that the mailer does not know. */
async function listen(server: Server): Promise<number> {
  servers.push(server)
  server.listen(0)
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

function converse(socket: Socket, answers: Answers, heard: string[]): void {
  let isText = false
  let rest = ''
  socket.on('error', () => {})
  socket.write('220 localhost\r\n')
  socket.on('data', (chunk) => {
    const lines = `${rest}${chunk}`.split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      heard.push(line)
      if (isText && line !== '.') continue
      isText = line.startsWith('DATA')
      socket.write(`${answers(line)}\r\n`)
    }
  })
}
