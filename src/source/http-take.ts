import type { IncomingHttpHeaders } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { defaultMaxBytes } from '../event/framing.ts'
import { createGate } from './gate.ts'
import { recordIdentity } from './identities.ts'
import { type CutRecords, cutJson, ended } from './json-records.ts'
import type { Keys } from './keys.ts'
import type { Answer, Request } from './listening.ts'
import { SpoolFull } from './spool.ts'
import type { Spooled } from './spooled.ts'

const longestKey = 255
/** Seconds after which it may go again. */
const retryAfter = '5'

/** What a request is held against, and where its records go. */
export interface Intake {
  readonly keys: Keys
  readonly spooled: Spooled
  /** Bytes of a body, unpacked. */
  readonly maxBody: number
  /** What becomes of the records of a request before they are kept: what is left of them. */
  readonly prepare?: (records: Buffer, request: Request) => { readonly bytes: Uint8Array; readonly count: number }
  /** Lines of text are no records. */
  readonly onlyJson?: boolean
  /** Whom they came from is kept. */
  readonly sender?: boolean
}

type Form = 'json' | 'text' | 'unsaid'

/** What a body is by its headers, or why it is not taken. */
export const formOf = (headers: IncomingHttpHeaders): Form | Answer => {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';')
  const charset = parameters.map((one) => /^\s*charset="?([^"]*)"?\s*$/.exec(one)?.[1]).find((one) => one !== undefined)
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'us-ascii') return unsupported('a body is UTF-8')
  const encoding = encodingOf(headers)
  if (encoding !== 'identity' && encoding !== 'gzip')
    return unsupported('a body comes as it is, or with Content-Encoding: gzip')
  if (type.trim() === '') return 'unsaid'
  if (/^(application|text)\/(.+\+)?(x-)?(json|ndjson|jsonl|jsonlines)$/.test(type.trim())) return 'json'
  if (type.trim() === 'text/plain') return 'text'
  return unsupported('a body is application/x-ndjson, application/json or text/plain')
}
const encodingOf = (headers: IncomingHttpHeaders): string =>
  (headers['content-encoding'] ?? 'identity').trim().toLowerCase()

const unsupported = (error: string): Answer => ({
  status: 415,
  headers: { 'accept-encoding': 'gzip', 'accept-post': 'application/x-ndjson, application/json, text/plain' },
  body: { error },
})

/** Why a request is not taken, told before its body is read. */
export const objectionTo = ({ headers, trusted }: Request, keys: Keys): Answer | undefined => {
  const given = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1]
  const known = given !== undefined && keys.has(given)
  // Whoever is trusted without having shown anything is not where keys are asked for.
  if (!known && !(trusted && (keys.none || given !== undefined)))
    return {
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="tailrace"' },
      body: { error: 'a key is needed: Authorization: Bearer …' },
    }
  if (headers.origin !== undefined && !isSameOrigin(headers.origin, headers.host))
    return { status: 403, body: { error: 'pages of other origins may not send here' } }
  if ((headers['idempotency-key'] ?? '').length > longestKey)
    return { status: 400, body: { error: `an Idempotency-Key has ${longestKey} characters at most` } }
  const form = formOf(headers)
  return typeof form === 'object' ? form : undefined
}

const isSameOrigin = (origin: string, host: string | undefined): boolean =>
  origin.replace(/^https?:\/\//, '').toLowerCase() === (host ?? '').toLowerCase()

/** Takes an admitted request to its answer. */
export const takeRequest = async (intake: Intake, request: Request, given: Buffer): Promise<Answer> => {
  const { spooled, maxBody, onlyJson = false, prepare } = intake
  const { headers } = request
  const sender = intake.sender === true ? request.address : ''
  const body = encodingOf(headers) === 'gzip' ? await unpack(given, maxBody) : given
  if (!Buffer.isBuffer(body)) return body
  const form = formOf(headers)
  const isText = !onlyJson && (form === 'unsaid' ? sniff(body) : form) === 'text'
  const cut = isText ? cutText(body) : cutJson(body, defaultMaxBytes)
  if (cut.wrong !== undefined) return { status: cut.status, body: cut.wrong }
  try {
    const kept = prepare === undefined ? cut : prepare(Buffer.from(cut.bytes), request)
    const fresh = kept.count === 0 || (await keepOnce(spooled, kept, identityFor(headers, body), sender))
    if (fresh && kept.count < cut.count) spooled.leaveOut(cut.count - kept.count)
    return { status: 202, body: fresh ? { accepted: cut.count } : { accepted: 0, duplicate: cut.count } }
  } catch (error) {
    // What the disk says of paths is no business of the client's.
    const why = error instanceof SpoolFull ? 'too much waits to be stored' : 'this cannot be kept on disk now'
    return {
      status: 503,
      headers: { 'retry-after': retryAfter },
      body: { error: `${why}; nothing of this request counts as kept` },
    }
  }
}

const inflate = promisify(gunzip)
/** Each may become as large as `maxBody`. */
const unpacking = createGate(4)

const unpack = (packed: Buffer, maxBody: number): Promise<Buffer | Answer> =>
  unpacking.run(() =>
    inflate(packed, { maxOutputLength: maxBody }).catch((error: NodeJS.ErrnoException) =>
      error.code === 'ERR_BUFFER_TOO_LARGE'
        ? { status: 413, body: { error: `the body is larger than ${maxBody} bytes, unpacked` } }
        : { status: 400, body: { error: 'the body is no gzip, or ends too early' } },
    ),
  )

const sniff = (body: Buffer): Form => {
  const first = body.find((one) => one > 0x20)
  return first === 0x7b || first === 0x5b ? 'json' : 'text'
}

const cutText = (body: Buffer): CutRecords => {
  let count = 0
  for (let from = 0; from < body.length; ) {
    const next = body.indexOf(10, from)
    const to = next === -1 ? body.length : next
    if (to > from) count++
    from = to + 1
  }
  return { bytes: ended(body), count }
}

/** The key and what came under it: another body under the same key is no repetition. */
const identityFor = (headers: IncomingHttpHeaders, body: Buffer): Buffer | undefined => {
  const key = headers['idempotency-key']
  return typeof key === 'string' && key !== ''
    ? recordIdentity(Buffer.concat([recordIdentity(key), recordIdentity(body)]))
    : undefined
}

/** False: it was kept before. */
const keepOnce = async (
  spooled: Spooled,
  { bytes, count }: { readonly bytes: Uint8Array; readonly count: number },
  identity: Buffer | undefined,
  sender: string,
): Promise<boolean> => {
  for (;;) {
    const seen = identity !== undefined && spooled.seen(identity)
    if (seen === false) {
      await spooled.keep(bytes, identity, [[sender, bytes.length]])
      return true
    }
    // Being kept for an earlier request: where that fails, this one is the first.
    const kept =
      seen === true ||
      (await seen.then(
        () => true,
        () => false,
      ))
    if (!kept) continue
    spooled.duplicate(count)
    return false
  }
}
