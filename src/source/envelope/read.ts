import type { Followed } from '../followed.ts'
import { cutLines } from '../lines.ts'
import { type Desk, type Ending, type Step, windowOf } from '../reading.ts'
import { mostRecords } from '../records.ts'
import { moveTo, readWindow } from '../window.ts'
import { makeWrappedBlocks } from './blocks.ts'
import { cutWrapped } from './cut.ts'

/** Where streams interleave without a gap, the window grows up to this; then what is under way is ended. */
const widest = 16 << 20
const encoding = 'utf-8'

/** As `readOn`, for a file of envelopes: the blocks of one stretch, the first of them returned, the others queued. */
export const readWrapped = async (desk: Desk, file: Followed, ending: Ending, now: number): Promise<Step> => {
  const { arena, lines } = desk
  const framing = file.framing!
  const wrapped = framing.wrapped!
  const usual = windowOf(desk.blockBytes, encoding, framing)
  const largest = Math.max(usual, Math.min(widest, arena.size >> 4))
  const most = Math.min(usual * file.widened, largest)
  const length = Math.min(most, file.size - file.offset)
  const window = await readWindow(arena, file, length, length * 3, desk.isStill)
  if (typeof window === 'string') return window
  const { lease, text, end, area } = window
  let kept = false
  try {
    const { offset } = file
    const whole = window.whole && offset + length === file.size
    cutLines({ arena, start: text, end, offset, encoding, area }, whole && ending.line, lines)
    const full = length === most && window.whole
    if (lines.count === 0 && full && !whole) {
      file.long = { reader: framing.begin(), at: offset, midLine: false, ended: undefined, lines: 0, told: [] }
      return 'again'
    }
    const cut = cutWrapped({
      arena,
      lines,
      offset,
      wrapped,
      held: file.held,
      area,
      final: whole && ending.record,
      flushed: ending.flag !== 0,
      forced: full && most === largest,
      flushAfter: framing.flushAfter,
      mostRecords,
    })
    file.pendingLines = cut.pending
    if (cut.consumed <= offset) {
      if (!full || lines.count === 0) return 'wait'
      file.widened *= 2
      return 'again'
    }
    const options = {
      origin: file.origin,
      readAt: now,
      envelope: wrapped.envelope,
      maxBytes: framing.maxBytes,
      valid: cut.valid,
      ahead: { begin: file.mark.told, between: undefined },
    }
    const blocks = makeWrappedBlocks(arena, lease, cut.records, options)
    if (blocks === undefined) return 'full'
    file.widened = 1
    moveTo(file, cut.consumed, window, arena)
    if (file.held !== undefined) file.held = { ...file.held, until: cut.until }
    if (cut.passed) file.passed = cut.consumed
    const first = blocks.shift()
    if (first === undefined) {
      file.mark.between = cut.consumed - file.mark.told
      return 'again'
    }
    kept = true
    desk.queued.push(...blocks)
    const to = cut.records.reduce((most, record) => Math.max(most, record.to), 0)
    Object.assign(file.mark, { told: to, between: cut.consumed - to })
    file.handedOut.push({ to, guard: file.guard })
    return first
  } finally {
    if (!kept) lease.release()
  }
}
