import { isUtf8 } from 'node:buffer'
import { closeSync, fstatSync, openSync } from 'node:fs'
import type { Framing } from '../event/framing.ts'
import { bomOf } from './decode.ts'
import type { Generation } from './generation.ts'
import { bytesAt, headOf, isGeneration } from './identity.ts'

/** Records of a generation read once more from its file. */
export interface Reread {
  /**
   * Text of the record at [offset, offset + length), without its line end. Undefined: the file is gone or holds other
   * bytes now, or they are not in UTF-8. `framing`: of its grammar.
   */
  record(generation: Generation, offset: number, length: number, framing: Framing): Buffer | undefined
  close(): void
}

interface Opened {
  readonly key: string
  readonly fd: number | undefined
  readonly size: number
}

/** Whether it is text as it stands: what was decoded on the way in cannot be told from its bytes alone. */
const isPlain = (head: Buffer): boolean => bomOf(head, 'utf-16le') === 0 && bomOf(head, 'utf-16be') === 0

/** Empty lines behind a record are covered by it, but no part of its text. */
const withoutEnd = (bytes: Buffer): Buffer => {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 10) end -= bytes[end - 2] === 13 ? 2 : 1
  return bytes.subarray(0, Math.max(0, end))
}

/** Files are opened one at a time, and held against what is known of the generation: head, size, and what lies before its offset. */
export const createReread = (): Reread => {
  let opened: Opened | undefined
  const close = (): void => {
    if (opened?.fd !== undefined) closeSync(opened.fd)
    opened = undefined
  }
  const open = (generation: Generation): Opened => {
    close()
    const none = { key: generation.key, fd: undefined, size: 0 }
    let fd: number
    try {
      fd = openSync(generation.path, 'r')
    } catch {
      return none
    }
    try {
      const { size } = fstatSync(fd)
      const head = headOf(fd)
      if (isPlain(head) && isGeneration(fd, size, head, generation, 0)) return { key: generation.key, fd, size }
    } catch {
      // Unreadable is as good as gone.
    }
    closeSync(fd)
    return none
  }
  return {
    record(generation, offset, length, { maxBytes, translate }) {
      if (opened?.key !== generation.key) opened = open(generation)
      if (opened.fd === undefined || opened.size < offset + length) return undefined
      const bytes = bytesAt(opened.fd, offset, offset + length)
      if (bytes.length === length && translate !== undefined) {
        const record = bytes.at(-1) === 10 ? bytes.subarray(0, -1) : bytes
        const found = translate(record.subarray(0, maxBytes), record.length > maxBytes)
        if (found !== undefined) return Buffer.from(found.text)
      }
      return bytes.length === length && isUtf8(bytes) ? withoutEnd(bytes) : undefined
    },
    close,
  }
}
