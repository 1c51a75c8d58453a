import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { waitUntil } from './wait-until.ts'

export interface ReceivedMail {
  /** The message as mailparser reads it: `subject`, `text`, `html`, `attachments`, `headers`. */
  readonly mail: ParsedMail
  /** The message as it came. */
  readonly raw: string
  /** The envelope. */
  readonly from: string
  readonly to: readonly string[]
}

export interface SmtpOptions {
  /** Asks for this login; default: none asked. */
  readonly auth?: { readonly user: string; readonly pass: string }
  /** Refuses a message: the answer's code and text, or undefined to take it. Called for each, counted from 0. */
  readonly refuse?: (attempt: number) => { readonly code: number; readonly text: string } | undefined
}

export interface Smtp extends AsyncDisposable {
  readonly port: number
  /** `smtp://127.0.0.1:PORT`, with the login in it where one is asked. */
  readonly url: string
  readonly mails: readonly ReceivedMail[]
  /** Messages offered, refused ones among them. */
  readonly attempts: number
  /** Resolves with all mails once there are at least `count`. */
  received(count: number, timeout?: number): Promise<readonly ReceivedMail[]>
  stop(): Promise<void>
}

/** A real SMTP server on a free port of 127.0.0.1 that keeps what it is sent. */
export async function startSmtp({ auth, refuse }: SmtpOptions = {}): Promise<Smtp> {
  const mails: ReceivedMail[] = []
  let attempts = 0
  const server = new SMTPServer({
    authOptional: auth === undefined,
    disabledCommands: auth ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    allowInsecureAuth: true,
    logger: false,
    onAuth(login, _session, callback) {
      const right = login.username === auth?.user && login.password === auth?.pass
      callback(right ? null : new Error('wrong user or password'), right ? { user: login.username } : undefined)
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const refusal = refuse?.(attempts)
        attempts++
        if (refusal) return callback(Object.assign(new Error(refusal.text), { responseCode: refusal.code }))
        const bytes = Buffer.concat(chunks)
        simpleParser(bytes).then((mail) => {
          const { mailFrom, rcptTo } = session.envelope
          const from = mailFrom ? mailFrom.address : ''
          mails.push({ mail, raw: bytes.toString('utf8'), from, to: rcptTo.map((each) => each.address) })
          callback()
        }, callback)
      })
    },
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  server.on('error', () => {})
  const { port } = server.server.address() as { port: number }
  const login = auth ? `${encodeURIComponent(auth.user)}:${encodeURIComponent(auth.pass)}@` : ''
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()))
  return {
    port,
    url: `smtp://${login}127.0.0.1:${port}`,
    mails,
    get attempts() {
      return attempts
    },
    async received(count, timeout = 15_000) {
      await waitUntil(`${count} mails have come`, () => mails.length >= count, { timeout })
      return mails
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
