import { type Encoding, markedAs } from './decode.ts'
import type { Followed } from './followed.ts'
import { bytesAt } from './identity.ts'

/** So many bytes of a file are looked at. */
const headBytes = 1024

/**
 * What an open file is decoded from: what its source says; else UTF-16 where a byte order mark and a NUL byte (of any
 * ASCII character) stand in its first line, else UTF-8. Bytes before the first line feed never change in a generation, so
 * the answer is the same after a restart.
 */
export const encodingOf = (given: Encoding | undefined, file: Followed): Encoding => {
  if (given !== undefined) return given
  if (file.encoding !== undefined) return file.encoding
  const head = bytesAt(file.fd!, 0, headBytes)
  const feed = head.indexOf(10)
  // The byte behind the line feed may be the other half of it.
  const line = feed === -1 ? head : head.subarray(0, feed + 2)
  const encoding = (line.includes(0) ? markedAs(head) : undefined) ?? 'utf-8'
  if (encoding !== 'utf-8' || line.length < head.length || head.length === headBytes) file.encoding = encoding
  return encoding
}
