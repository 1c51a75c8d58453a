import type { Grammar } from '../../src/grammar/grammar.ts'
import { joinLines } from '../grammar/join-lines.ts'

/** How many records there are, said the slow way. */
export const countRecords = ({ framing }: Grammar, bytes: Buffer): number => {
  const lines: Buffer[] = []
  const sizes: number[] = []
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(10, from)
    const to = found === -1 ? bytes.length : found
    lines.push(bytes.subarray(from, to > from && bytes[to - 1] === 13 ? to - 1 : to))
    sizes.push(found === -1 ? to - from : to + 1 - from)
    from = found === -1 ? bytes.length : found + 1
  }
  return framing.joins
    ? joinLines(framing, lines, sizes).length
    : lines.filter((line) => !/^\0*[ \t]*$/.test(line.toString('latin1'))).length
}
