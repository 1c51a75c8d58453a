import { jsonKind } from '../event/json-reader.ts'
import { findEither, fourfold } from '../memory/wide.ts'
import { decodeAny } from './decode.ts'
import { encode } from './encode.ts'
import type { KeyValuesOp } from './form.ts'
import { type FoundMembers, signOf } from './found-members.ts'
import { hashOf } from './json-paths.ts'
import { fail, type Machine } from './machine.ts'
import { MemberNames } from './member-names.ts'
import { keyAlone, type Notation, plainText } from './notation.ts'
import { plainNotation, quotesOf } from './plain-notation.ts'
import { putText } from './slot.ts'
import { isBlank, type Step, sameBytes, stepOf } from './step.ts'
import { Members, type MembersSpec } from './take-members.ts'

const longestPath = 1024

const openers = new Set(encode('([{<'))
const noLead = new Uint8Array(0)
const blanks = encode(' \t')
const blank = fourfold(32)
const tab = fourfold(9)
const slash = fourfold(92)
const closers = new Set(encode(')]}>'))

const isOfName = (b: number): boolean =>
  (b >= 48 && b <= 57) || (b >= 65 && b <= 90) || (b >= 97 && b <= 122) || b === 95 || b === 46 || b === 45 || b >= 128

/** JSON's escapes, `\xHH` and an escaped single quote. */
const decodeQuoted: Notation['decode'] = (bytes, from, to, _out, at) => {
  let w = at
  let start = from
  for (let i = from; i < to; i++) {
    if (bytes[i] !== 92) continue
    if (i + 1 < to && bytes[i + 1] === 39) {
      w = decodeAny(bytes, start, i, w)
      bytes[w++] = 39
      start = i + 2
    }
    i++
  }
  return decodeAny(bytes, start, to, w)
}

/** See `KeyValuesOp`. */
class KeyValuesRun {
  private readonly members: Members
  private readonly found: FoundMembers
  private readonly names: MemberNames
  private readonly prefix: Uint8Array
  /** The name read last in this record. */
  private name = 0
  private readonly separator: Uint8Array
  private readonly between: Uint8Array
  private readonly isQuote: Uint8Array
  private readonly path = new Uint8Array(longestPath)
  /** 1 for bytes that may end a key, and for those that may end a plain value or count in it. */
  private readonly keyEnds = new Uint8Array(256)
  private readonly valueMarks = new Uint8Array(256)
  /** Brackets count in this line. */
  private paired = false

  private readonly op: KeyValuesOp
  private readonly text: number

  constructor(op: KeyValuesOp, spec: MembersSpec, text: number) {
    this.op = op
    this.text = text
    this.separator = encode(op.separator)
    this.between = encode(op.between)
    this.isQuote = quotesOf(op.quotes)
    const ends = this.between.length > 0 ? [this.between[0]!] : blanks
    this.keyEnds.set(this.isQuote)
    for (const b of [this.separator[0]!, ...ends]) this.keyEnds[b] = 1
    for (const b of [...ends, ...openers, ...closers, 34, 39]) this.valueMarks[b] = 1
    this.members = new Members(spec, plainNotation(this.isQuote, decodeQuoted), { prefix: op.prefix })
    this.found = this.members.found
    this.prefix = encode(op.prefix)
    this.names = new MemberNames(noLead, this.separator)
  }

  run(m: Machine): boolean {
    const { bytes, limit } = m
    this.found.open()
    this.name = this.names.before(0)
    this.paired = this.op.brackets
    let at = m.at
    if (this.op.text !== undefined) {
      const first = this.firstPair(m)
      this.putLead(m, at, first)
      at = first
    }
    while (isBlank(bytes[at]) && at < limit) at++
    while (at < limit) {
      m.at = at
      at = this.pair(m)
      if (at < 0) return false
      while (at < limit && isBlank(bytes[at])) at++
      if (this.between.length > 0 && sameBytes(bytes, at, limit, this.between)) {
        at += this.between.length
        while (at < limit && isBlank(bytes[at])) at++
      }
    }
    m.at = limit
    return this.members.take(m)
  }

  /** The first name that a separator follows, at the beginning or behind a blank; the line end where there is none. */
  private firstPair(m: Machine): number {
    const { bytes, limit } = m
    for (let at = m.at; at < limit; ) {
      let end = at
      while (end < limit && isOfName(bytes[end]!)) end++
      if (end > at && sameBytes(bytes, end, limit, this.separator)) return at
      at = end
      while (at < limit && !isBlank(bytes[at])) at++
      while (at < limit && isBlank(bytes[at])) at++
    }
    return limit
  }

  private putLead(m: Machine, from: number, to: number): void {
    let first = from
    let last = to
    while (last > first && isBlank(m.bytes[last - 1])) last--
    while (first < last && isBlank(m.bytes[first])) first++
    if (last > first) putText(m, this.text, first, last)
  }

  /** Reads the pair at `m.at`; where it ends, -1 where there is none. */
  private pair(m: Machine): number {
    const { bytes, limit } = m
    const { separator, names, keyEnds } = this
    const keyFrom = m.at
    const length = names.repeats(this.name, m, keyFrom, limit)
    if (length > 0) {
      this.name = names.next(this.name)
      return this.value(m, names.nodeOf(this.name), keyFrom, keyFrom + length - separator.length, keyFrom + length)
    }
    let end = keyFrom
    let plain = true
    while (end < limit) {
      if (keyEnds[bytes[end]!] === 1) {
        if (this.endsKey(m, end)) break
        plain = false
      }
      end++
    }
    let keyTo = end
    while (keyTo > keyFrom && isBlank(bytes[keyTo - 1])) keyTo--
    if (keyTo === keyFrom) return this.refuse(m, keyFrom, 'a key')
    const isPair = sameBytes(bytes, end, limit, separator)
    if (!isPair && (!this.op.bare || this.isQuote[bytes[end]!] === 1))
      return this.refuse(m, end, JSON.stringify(this.op.separator))
    // Only what was passed byte by byte up to the separator is the same key wherever it stands.
    const node = this.nodeOf(m, keyFrom, keyTo, isPair && plain && keyTo === end)
    if (isPair) return this.value(m, node, keyFrom, keyTo, end + separator.length)
    const { start, end: to } = m.scratch.write('true')
    this.note(m, node, keyFrom, keyTo, keyAlone, start, to, false)
    return end
  }

  private endsKey({ bytes, limit }: Machine, at: number): boolean {
    const { separator, between } = this
    return (
      sameBytes(bytes, at, limit, separator) ||
      this.isQuote[bytes[at]!] === 1 ||
      (between.length > 0 ? sameBytes(bytes, at, limit, between) : isBlank(bytes[at]))
    )
  }

  private refuse(m: Machine, at: number, expected: string): -1 {
    fail(m, at >= m.end ? 'unexpected_end' : 'expected_literal', at, expected)
    return -1
  }

  private value(m: Machine, node: number, keyFrom: number, keyTo: number, begin: number): number {
    const { bytes, limit } = m
    const { between } = this
    let from = begin
    if (between.length > 0) while (from < limit && isBlank(bytes[from])) from++
    if (from < limit && this.isQuote[bytes[from]!] === 1) return this.quoted(m, node, keyFrom, keyTo, from)
    const end = this.plainEnd(m, from)
    let to = end
    while (to > from && isBlank(bytes[to - 1])) to--
    if (to > from) this.note(m, node, keyFrom, keyTo, plainText, from, to, false)
    return end
  }

  private quoted(m: Machine, node: number, keyFrom: number, keyTo: number, from: number): number {
    const { bytes, limit } = m
    const { between } = this
    const end = this.quoteEnd(m, from)
    if (end < 0) return this.refuse(m, limit, JSON.stringify(String.fromCharCode(bytes[from]!)))
    const behind = end + 1
    if (behind < limit && !isBlank(bytes[behind]) && !(between.length > 0 && sameBytes(bytes, behind, limit, between)))
      return this.refuse(m, behind, between.length > 0 ? JSON.stringify(this.op.between) : 'a blank')
    const escaped = findEither(m.view, from + 1, end, slash, slash) < end
    if (end > from + 1) this.note(m, node, keyFrom, keyTo, jsonKind.string, from + 1, end, escaped)
    return behind
  }

  /** Where the quote at `from` is closed; -1: not in this line. */
  private quoteEnd({ bytes, view, limit }: Machine, from: number): number {
    const quote = fourfold(bytes[from]!)
    for (let at = from + 1; ; at += 2) {
      at = findEither(view, at, limit, quote, slash)
      if (at >= limit) return -1
      if (bytes[at] !== 92) return at
    }
  }

  private endsValue({ bytes, limit }: Machine, at: number): boolean {
    const { between } = this
    return between.length > 0 ? sameBytes(bytes, at, limit, between) : isBlank(bytes[at])
  }

  private plainEnd(m: Machine, from: number): number {
    const { bytes, limit } = m
    const { between, valueMarks } = this
    if (between.length === 0 && !this.paired) return findEither(m.view, from, limit, blank, tab)
    let depth = 0
    let first = -1
    for (let at = from; at < limit; at++) {
      if (valueMarks[bytes[at]!] === 0) continue
      if (depth === 0 && this.endsValue(m, at)) return at
      if (!this.paired) continue
      const b = bytes[at]!
      if (openers.has(b)) {
        if (depth++ === 0) first = at
      } else if (depth > 0 && closers.has(b)) depth--
      else if (depth > 0 && (b === 34 || b === 39)) {
        const end = this.quoteEnd(m, at)
        if (end < 0) break
        at = end
      }
    }
    if (depth === 0) return limit
    // Not closed: from there on brackets are text, so that no line is gone through more than twice.
    this.paired = false
    let at = first
    while (at < limit && !this.endsValue(m, at)) at++
    return at
  }

  /** The node of a name; -1: it is not learned. */
  private nodeOf(m: Machine, from: number, to: number, mayRepeat: boolean): number {
    const { found, names, path } = this
    const known = names.find(0, this.name, m, from, to)
    if (known >= 0) {
      this.name = known
      return names.nodeOf(known)
    }
    const length = to - from
    if (length > longestPath) return -1
    path.set(m.bytes.subarray(from, to))
    const h = hashOf(path, 0, length)
    const old = found.paths.find(path, length, h)
    const node = old < 0 ? found.paths.learn(path, length, h) : old
    const learned = mayRepeat && node >= 0 ? names.add(0, this.name, m, from, to, node) : -1
    if (learned >= 0) this.name = learned
    return node
  }

  private note(
    m: Machine,
    node: number,
    keyFrom: number,
    keyTo: number,
    kind: number,
    from: number,
    to: number,
    escaped: boolean,
  ): void {
    const { found } = this
    const key = node < 0 ? -1 : found.paths.keyOf(node)
    const sign = signOf(kind, escaped, 0)
    if (key >= 0) found.note(key, sign, from, to)
    else if (!found.keepsOthers) return
    else if (node >= 0) found.noteOther(found.paths.keyOfOther(node), sign, from, to)
    else {
      const { prefix } = this
      const { bytes } = m
      const length = keyTo - keyFrom
      let nameFrom = keyFrom
      let nameTo = keyTo
      if (prefix.length > 0) {
        nameFrom = m.scratch.take(prefix.length + length)
        bytes.set(prefix, nameFrom)
        bytes.copyWithin(nameFrom + prefix.length, keyFrom, keyTo)
        nameTo = nameFrom + prefix.length + length
      }
      const span = kind === jsonKind.string ? 1 : 0
      found.noteUnknown(bytes, hashOf(bytes, nameFrom, nameTo), nameFrom, nameTo, from - span, to + span, 0)
    }
  }
}

/** `text`: the slot of the text before the first pair, or -1. */
export const keyValuesStep = (op: KeyValuesOp, spec: MembersSpec, text: number): Step => {
  const run = new KeyValuesRun(op, spec, text)
  return stepOf({ run: (m) => run.run(m) })
}
