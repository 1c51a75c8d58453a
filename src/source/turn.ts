import { type Block, flags } from '../event/block.ts'
import { decodeLine, markedAs } from './decode.ts'
import { encodingOf } from './encoding.ts'
import { end } from './ended.ts'
import { readWrapped } from './envelope/read.ts'
import { type Followed, isBehind, isPending } from './followed.ts'
import { ensureOpen } from './handles.ts'
import { bytesAt, guardAt, headSize } from './identity.ts'
import { isFinished, look } from './look.ts'
import { passOver } from './pass-over.ts'
import { type Desk, type Ending, openEnd, readOn, type Step } from './reading.ts'
import { replace } from './replace.ts'
import { inPlace, isUnsure, merge, type Tailing, tellOnce } from './tailing.ts'

const headForFraming = 65_536
const wholeEnd: Ending = { line: true, record: true, flag: 0 }
const settledEnd: Ending = { line: true, record: true, flag: flags.flushed }
const flushedEnd: Ending = { line: false, record: true, flag: flags.flushed }

/** One round over the files, from where the last ended: the first that gives something has had its turn. */
export const readSome = async (
  tailing: Tailing,
  desk: Desk,
  now: number,
): Promise<Block | 'again' | 'wait' | 'full'> => {
  const { files } = tailing
  const { length } = files
  for (let i = 0; i < length; i++) {
    const at = (tailing.turn + i) % length
    const file = files[at]!
    if (!isReady(tailing, file, now)) continue
    const result = await step(tailing, desk, file, now)
    if (result === 'away') continue
    if (result === 'wait') {
      file.tried = file.seen = file.size
      continue
    }
    tailing.turn = at + 1
    if (result !== 'replaced') {
      file.seen = file.size
      return result
    }
    await replace(tailing, file, [])
    tailing.scanWanted = true
    return 'again'
  }
  return 'wait'
}

const isFlushed = (file: Followed, now: number): boolean =>
  file.pendingLines && file.framing !== undefined && now - file.grownAt >= file.framing.flushAfter

const isReady = (tailing: Tailing, file: Followed, now: number): boolean => {
  if (file.before !== undefined) {
    if (isBehind(file.before) && !tailing.unreadable.has(file.before.path)) return false
    file.before = undefined
  }
  if (file.cut || file.passed !== undefined || isBehind(file) || isRestDue(tailing, file, now)) return true
  if (!isPending(file) || file.framing === undefined) return false
  return file.tried !== file.size || isFinished(tailing, file, now) || isFlushed(file, now) || isLastCall(tailing)
}

/** With `once`, when nothing more is awaited. */
const isLastCall = ({ context, hooks }: Tailing): boolean => context.once && !hooks.goesOn()

/** What comes before must be accounted for first, or a crash would leave it in no account. */
export const restWaits = ({ rest, handedOut }: Followed): boolean => rest > 0 && handedOut.length > 0

/** All of a file was read that took the place of another, and nothing more is awaited of it. */
const isRestDue = (tailing: Tailing, file: Followed, now: number): boolean =>
  file.rest > 0 &&
  file.offset >= file.size &&
  !restWaits(file) &&
  !isUnsure(tailing) &&
  (isFinished(tailing, file, now) || isLastCall(tailing))

/** What the file lacks is accounted for; where that is anything, the file ends: it holds no more than was read. */
const passRest = async (tailing: Tailing, file: Followed): Promise<void> => {
  const { generations } = tailing.context
  const to = await passOver(tailing, generations.get(file.key)!, file.offset, file.rest)
  file.rest = 0
  generations.update(file.key, { rest: 0 })
  if (to === file.offset) return
  if (tailing.context.skipped !== undefined) file.handedOut.push({ to, guard: file.guard })
  file.offset = file.size = to
  end(tailing, file)
}

const endingOf = (tailing: Tailing, file: Followed, now: number): Ending => {
  if (isLastCall(tailing) || tailing.hooks.isComplete(file.path)) return wholeEnd
  if (isFinished(tailing, file, now)) return settledEnd
  return isFlushed(file, now) ? flushedEnd : openEnd
}

const step = async (tailing: Tailing, desk: Desk, file: Followed, now: number): Promise<Step | 'away'> => {
  if (!ensureOpen(tailing, file)) {
    tailing.scanWanted = true
    return 'away'
  }
  look(tailing, file, now)
  if (file.cut || (file.offset < headSize && !inPlace(tailing, file))) return 'replaced'
  if (file.doubtTo > 0) {
    const spans = await tailing.context.covered(file.key, file.offset, file.doubtTo, file.origin.path)
    file.skips = merge(spans)
    if (spans.length > 0) file.held = { spans: new Map(spans.map(({ from, to }) => [from, to])), until: new Map() }
    file.doubtTo = 0
  }
  if (file.passed !== undefined) {
    tellSkipped(tailing, file, file.passed, undefined)
    file.passed = undefined
  }
  if (isRestDue(tailing, file, now)) {
    await passRest(tailing, file)
    return 'again'
  }
  file.framing ??= framingOf(tailing, desk, file)
  if (file.framing?.wrapped !== undefined && file.long === undefined)
    return file.offset >= file.size ? 'wait' : readWrapped(desk, file, endingOf(tailing, file, now), now)
  const skip = file.skips[0]
  if (skip !== undefined && skip.from <= file.offset) {
    const jumped = skip.to <= file.offset ? 'again' : jump(tailing, file, Math.min(skip.to, file.size))
    // A copy that takes its place is read from the same offset, and the store holds this of it, too.
    if (jumped === 'again') file.skips.shift()
    return jumped
  }
  if (file.framing === undefined || file.offset >= file.size) return 'wait'
  if (skip !== undefined && skip.from < file.size) return readOn(desk, file, skip.from, wholeEnd, now)
  return readOn(desk, file, file.size, endingOf(tailing, file, now), now)
}

const framingOf = (tailing: Tailing, desk: Desk, file: Followed): Followed['framing'] => {
  const { context } = tailing
  const head = bytesAt(file.fd!, 0, headForFraming)
  const encoding = encodingOf(desk.encoding, file)
  const marked = encoding === 'utf-8' ? markedAs(head) : undefined
  if (marked !== undefined)
    tellOnce(tailing, `encoding ${file.key}`, {
      kind: 'unreadable',
      path: file.path,
      text: `${file.path} says by its first bytes that it is ${marked}, and is read as utf-8; give its source encoding: '${marked}'`,
    })
  const text = encoding === 'utf-8' ? head : Buffer.from(decodeLine(head, encoding).text)
  const framing = context.framing(file.origin.path, text, file.key)
  if (framing === undefined && isLastCall(tailing)) {
    tellOnce(tailing, `framing ${file.path}`, {
      kind: 'unreadable',
      path: file.path,
      text: `there is too little in ${file.path} to tell its format; name the parser`,
    })
  }
  return framing
}

/** What was passed over is in the account once that is committed, as what was handed out is. */
const tellSkipped = ({ context }: Tailing, file: Followed, to: number, held: number | undefined): void => {
  const { told: begin, between } = file.mark
  Object.assign(file.mark, { told: to, between: 0 })
  if (context.skipped === undefined) return
  file.handedOut.push({ to, guard: file.guard })
  context.skipped(file.key, to, { begin, between: held === undefined ? undefined : between }, held)
}

const jump = (tailing: Tailing, file: Followed, offset: number): Step => {
  const guard = guardAt(file.fd!, offset)
  // Asking the store took its time: of a file rewritten meanwhile this would be the guard of other bytes.
  if (guard === undefined || !inPlace(tailing, file)) return 'replaced'
  const held = offset - file.offset
  file.offset = offset
  file.guard = guard
  tellSkipped(tailing, file, offset, held)
  return 'again'
}
