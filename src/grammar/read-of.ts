import { encode } from './encode.ts'
import type { Value } from './form.ts'
import { readElapsed } from './read-elapsed.ts'
import { readIp, spanAddress } from './read-ip.ts'
import { readDouble, readDuration, readLong } from './read-number.ts'
import { readStructuredData } from './read-structured-data.ts'
import {
  readBoolean,
  readWords,
  spanDotted,
  spanIdentifier,
  spanList,
  spanSkip,
  spanText,
  spanWord,
} from './read-text.ts'
import { readTime } from './read-time.ts'
import { spanHost, spanUrl } from './read-url.ts'
import type { SlotOf } from './slots-of.ts'
import { type Step, stepOf } from './step.ts'
import { selfInSpan } from './take.ts'
import { timePrograms } from './time-program.ts'

/** As failures name what stands in a record. */
export const quoted = (text: string): string => JSON.stringify(text)
const byLength = (words: readonly string[]): readonly string[] =>
  [...words].sort((a, b) => encode(b).length - encode(a).length)

/** What a value is called in a failure. */
export const expectedOf = (value: Value): string => {
  switch (value.as) {
    case 'text':
    case 'skip':
      return 'some text'
    case 'word':
      return 'a word'
    case 'identifier':
      return value.dotted === true ? 'a name with a dot' : 'a name'
    case 'words':
      return `one of ${value.words.slice(0, 8).map(quoted).join(', ')}${value.words.length > 8 ? ', …' : ''}`
    case 'long':
      return 'a whole number'
    case 'double':
      return 'a number'
    case 'duration':
    case 'elapsed':
      return 'a duration'
    case 'boolean':
      return `${quoted(value.true)} or ${quoted(value.false)}`
    case 'ip':
      return 'an IP address'
    case 'address':
      return 'an address'
    case 'host':
      return value.sure === true ? 'a host and its port' : 'a host'
    case 'url':
      return 'a URL'
    case 'time':
      return `a time (${value.layouts.join(' or ')})`
    case 'structured_data':
      return 'structured data'
    case 'list':
      return expectedOf(value.of)
  }
}

const noWords = new Int32Array(0)

/** Words, and which of them begin with each byte, in their order. */
export const wordsOf = (words: readonly string[]): Pick<Step, 'words' | 'wordsFrom'> => {
  const encoded = words.map(encode)
  const beginning = (b?: number): Int32Array =>
    Int32Array.from(encoded.keys().filter((i) => encoded[i]!.length === 0 || encoded[i]![0] === b))
  const empty = encoded.some(({ length }) => length === 0) ? beginning() : noWords
  // Most bytes begin no word: an array of its own for each would be most of what loading formats makes.
  const wordsFrom = new Array<Int32Array>(256).fill(empty)
  for (const [b] of encoded) if (b !== undefined && wordsFrom[b] === empty) wordsFrom[b] = beginning(b)
  return { words: encoded, wordsFrom }
}

/** How a value is read: by itself, and within a span that is known. */
export type Read = Pick<Step, 'self' | 'span'> & Partial<Step>
const self = (read: Step['self']): Read => ({ self: read, span: selfInSpan })
const span = (read: Step['span']): Read => ({ self: () => false, span: read })

/** How a value is read; capture kinds answer for themselves, the operations never ask which they have. */
export const readOf = (
  value: Value,
  slotOf: SlotOf,
  expected: string,
  field: string | undefined,
  slot: number,
  how = 0,
): Read => {
  switch (value.as) {
    case 'text':
      return span(spanText)
    case 'word':
      return span(spanWord)
    case 'identifier':
      return span(value.dotted === true ? spanDotted : spanIdentifier)
    case 'skip':
      return span(spanSkip)
    case 'words':
      return { ...self(readWords), ...wordsOf(byLength(value.words)) }
    case 'long':
      return self(readLong)
    case 'double':
      return self(readDouble)
    case 'duration':
      return { ...self(readDuration), number: value.power }
    case 'elapsed':
      return self(readElapsed)
    case 'boolean': {
      const words = byLength([value.true, value.false])
      return {
        ...self(readBoolean),
        ...wordsOf(words),
        needed: Uint8Array.from(words, (word) => (word === value.true ? 1 : 0)),
      }
    }
    case 'ip':
      return self(readIp)
    case 'address':
      return {
        ...span(spanAddress),
        beside: Int32Array.of(
          value.ip === undefined ? -1 : slotOf(value.ip),
          value.list === undefined ? -1 : slotOf(value.list),
        ),
      }
    case 'host':
      return {
        ...span(spanHost),
        beside: Int32Array.from([value.port, value.ip, value.domain], (name) =>
          name === undefined ? -1 : slotOf(name),
        ),
        number: value.sure === true ? 1 : 0,
      }
    case 'url':
      return {
        ...span(spanUrl),
        beside: Int32Array.from(['path', 'query', 'scheme', 'domain', 'port'], (part) => slotOf(value.prefix + part)),
      }
    case 'time':
      return { ...self(readTime), times: timePrograms(value.layouts) }
    case 'structured_data':
      return self(readStructuredData)
    case 'list':
      return {
        ...span(spanList),
        words: value.separators.map(encode),
        inner: [stepOf({ ...readOf(value.of, slotOf, expected, field, slot), slot, expected, field, escape: how })],
      }
  }
}
