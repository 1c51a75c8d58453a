import { crc32 } from 'node:zlib'

/**
 * How a record lies in a segment: a mark (to find the next record behind damage), the length of the body, CRC-32 of
 * the body (zlib's polynomial), then the body: one byte for its kind and the record. Numbers are little-endian.
 */
export type JournalRecord = Uint8Array | object | string | number | boolean | null

const mark = 0x4c4a5254 // "TRJL"
const headSize = 12
const kindJson = 0
const kindBytes = 1

export const encodeFrame = (record: JournalRecord): Buffer => {
  const isBytes = record instanceof Uint8Array
  const payload = isBytes ? record : Buffer.from(JSON.stringify(record))
  const frame = Buffer.allocUnsafe(headSize + 1 + payload.length)
  frame[headSize] = isBytes ? kindBytes : kindJson
  frame.set(payload, headSize + 1)
  frame.writeUInt32LE(mark, 0)
  frame.writeUInt32LE(payload.length + 1, 4)
  frame.writeUInt32LE(crc32(frame.subarray(headSize)), 8)
  return frame
}

/** The record at `at` and where the next begins; undefined where no whole, undamaged frame begins. */
export const decodeFrame = (
  bytes: Buffer,
  at: number,
): { readonly record: JournalRecord; readonly next: number } | undefined => {
  if (at + headSize > bytes.length || bytes.readUInt32LE(at) !== mark) return undefined
  const next = at + headSize + bytes.readUInt32LE(at + 4)
  if (next > bytes.length || next === at + headSize) return undefined
  const body = bytes.subarray(at + headSize, next)
  if (crc32(body) !== bytes.readUInt32LE(at + 8)) return undefined
  if (body[0] === kindBytes) return { record: Uint8Array.from(body.subarray(1)), next }
  try {
    return { record: JSON.parse(body.toString('utf8', 1)) as JournalRecord, next }
  } catch {
    return undefined
  }
}

const markBytes = Buffer.from('TRJL')

/** Where the next undamaged frame begins at or after `from`; -1: nowhere. */
export const nextFrame = (bytes: Buffer, from: number): number => {
  for (let at = bytes.indexOf(markBytes, from); at !== -1; at = bytes.indexOf(markBytes, at + 1)) {
    if (decodeFrame(bytes, at) !== undefined) return at
  }
  return -1
}
