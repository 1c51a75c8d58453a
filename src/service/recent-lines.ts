import { open, stat } from 'node:fs/promises'
import { bomOf } from '../source/decode.ts'
import { isCompressed } from '../source/rotation.ts'

/** The last lines of a file, as they lie there. */
export interface RecentLines {
  readonly path: string
  /** The file's first bytes: they tell what it is. */
  readonly head: Buffer
  /** Whole lines, with their ends. */
  readonly text: Buffer
  readonly lines: number
}

const headBytes = 1 << 16
/** Of one file. */
const mostBytes = 1 << 20
/** Files that are looked at, those written last. */
const mostFiles = 20

const isPlainText = (path: string, head: Buffer): boolean =>
  !isCompressed(path, head) && bomOf(head, 'utf-16le') === 0 && bomOf(head, 'utf-16be') === 0

const bytesOf = async (path: string, from: number, to: number): Promise<Buffer> => {
  const handle = await open(path, 'r')
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(to - from), 0, to - from, from)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

const lastOf = async (path: string, most: number): Promise<RecentLines | undefined> => {
  const { size } = await stat(path)
  const head = await bytesOf(path, 0, Math.min(size, headBytes))
  if (!isPlainText(path, head)) return undefined
  const from = Math.max(0, size - mostBytes)
  const bytes = await bytesOf(path, from, size)
  const end = bytes.lastIndexOf(10) + 1
  let start = end
  let lines = 0
  while (start > 0 && lines < most) {
    const before = start < 2 ? -1 : bytes.lastIndexOf(10, start - 2)
    // What lies before the first line end belongs to a line that began earlier.
    if (before === -1 && from > 0) break
    start = before + 1
    lines++
  }
  return lines === 0 ? undefined : { path, head, text: bytes.subarray(start, end), lines }
}

/**
 * The last `most` lines of these files, from those written last: what is written to them now looks like that. Files that
 * are gone, compressed or no UTF-8 are left out.
 */
export const recentLines = async (
  files: readonly { readonly path: string; readonly changed: number }[],
  most: number,
): Promise<readonly RecentLines[]> => {
  const latest = files.toSorted((a, b) => b.changed - a.changed).slice(0, mostFiles)
  const share = Math.ceil(most / Math.max(1, latest.length))
  const found: RecentLines[] = []
  for (const { path } of latest) {
    const lines = await lastOf(path, share).catch(() => undefined)
    if (lines !== undefined) found.push(lines)
  }
  return found
}
