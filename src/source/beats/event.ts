import { recordIdentity } from '../identities.ts'
import type { Frame } from './frames.ts'

/** An event as it lies in the spool: a JSON object on a line of its own, and what its sender calls it. */
export interface BeatsEvent {
  readonly line: Buffer
  readonly identity: Buffer | undefined
}

interface Members {
  readonly [name: string]: unknown
}
const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const member = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (inner, name) => (isMembers(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined),
    value,
  )

const lf = 10
const cr = 13
const space = 32

/** On one line: JSON has line ends between its members only, where a blank does as well. */
const oneLine = (payload: Buffer): Buffer => {
  const line = Buffer.allocUnsafe(payload.length + 1)
  payload.copy(line)
  line[payload.length] = lf
  for (let at = payload.indexOf(lf); at !== -1; at = payload.indexOf(lf, at + 1)) line[at] = space
  for (let at = payload.indexOf(cr); at !== -1; at = payload.indexOf(cr, at + 1)) line[at] = space
  return line
}

/**
 * What a Beat calls an event: `@metadata._id` where it was given one. Else the agent, the file and the offset in it,
 * with what was read there. A path and an offset come again when a file is rotated, so that without the file's own
 * identity (inode or fingerprint) the time at which it was read has to be the same too: a batch that is sent again is
 * known, a file that is read again is not.
 */
const identityOf = (event: unknown): Buffer | undefined => {
  const given = member(event, '@metadata', '_id')
  if (typeof given === 'string' && given !== '') return recordIdentity(JSON.stringify(['_id', given]))
  const offset = member(event, 'log', 'offset')
  const path = member(event, 'log', 'file', 'path')
  const agent = member(event, 'agent', 'id') ?? member(event, 'agent', 'ephemeral_id')
  if (typeof offset !== 'number' || typeof path !== 'string' || typeof agent !== 'string') return undefined
  const file = ['device_id', 'inode', 'fingerprint'].map((name) => member(event, 'log', 'file', name) ?? null)
  const message = member(event, 'message') ?? null
  const own = file.some((one) => one !== null)
    ? ['file', agent, ...file, offset, message]
    : [
        'read',
        agent,
        member(event, 'agent', 'ephemeral_id') ?? null,
        path,
        offset,
        member(event, '@timestamp'),
        message,
      ]
  return recordIdentity(JSON.stringify(own))
}

const eventOfJson = (payload: Buffer): BeatsEvent => {
  let identity: Buffer | undefined
  try {
    identity = identityOf(JSON.parse(payload.toString()))
  } catch {
    // Whoever reads the line will say what is wrong with it.
  }
  return { line: oneLine(payload), identity }
}

/** Members of `D` frames that have a name of their own in events. */
const eventOfPairs = (pairs: readonly (readonly [Buffer, Buffer])[]): BeatsEvent => {
  const given = new Map(pairs.map(([name, value]) => [name.toString(), value.toString()]))
  const take = (name: string): string | undefined => {
    const value = given.get(name)
    given.delete(name)
    return value
  }
  const host = take('host')
  const event = {
    message: take('line') ?? take('message') ?? '',
    ...(host === undefined ? {} : { host: { name: host } }),
    log: { file: { path: take('file') }, offset: Number(take('offset') ?? Number.NaN) },
    ...(given.size === 0 ? {} : { fields: Object.fromEntries(given) }),
  }
  return { line: Buffer.from(`${JSON.stringify(event)}\n`), identity: undefined }
}

export const eventOf = (frame: Extract<Frame, { kind: 'json' | 'data' }>): BeatsEvent =>
  frame.kind === 'json' ? eventOfJson(frame.payload) : eventOfPairs(frame.pairs)
