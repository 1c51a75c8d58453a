import { absent } from '../../event/column.ts'
import type { Unwrapped } from '../../event/envelope.ts'
import { readRfc3339 } from '../../event/rfc3339.ts'
import { streamName } from './stream-name.ts'

const blank = 32
const colon = 58

/** The first blank of [start, end); `end` where there is none. */
const nextBlank = (bytes: Uint8Array, start: number, end: number): number => {
  let at = start
  while (at < end && bytes[at] !== blank) at++
  return at
}

/**
 * A line of a container runtime's log, as the kubelet defines it: `<RFC 3339 time> <stdout|stderr> <tags> <text>`; the
 * first of the tags, which colons part, is `P` for a piece that goes on in the stream's next line, `F` for the last or only
 * one. Old runtimes wrote none, which reads as `F`.
 * (https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md)
 */
export const unwrapCri = (
  bytes: Uint8Array,
  start: number,
  end: number,
  _area: number,
  unwrapped: Unwrapped,
): boolean => {
  unwrapped.noteStart = unwrapped.noteEnd = absent
  const timeEnd = nextBlank(bytes, start, end)
  if (timeEnd === end || !readRfc3339(bytes, start, timeEnd, unwrapped)) return false
  const streamEnd = nextBlank(bytes, timeEnd + 1, end)
  unwrapped.stream = streamName(bytes, timeEnd + 1, streamEnd)
  if (unwrapped.stream !== 'stdout' && unwrapped.stream !== 'stderr') return false
  let text = Math.min(end, streamEnd + 1)
  const tag = text
  let tagEnd = tag
  while (tagEnd < end && bytes[tagEnd] !== blank && bytes[tagEnd] !== colon) tagEnd++
  const isTag = tagEnd === tag + 1 && (bytes[tag] === 80 || bytes[tag] === 70)
  unwrapped.partial = isTag && bytes[tag] === 80
  if (isTag) {
    text = Math.min(end, nextBlank(bytes, tagEnd, end) + 1)
  }
  unwrapped.start = text
  unwrapped.end = end
  return true
}
