import { absent } from '../event/column.ts'
import { decodeEscapes } from '../event/json-escapes.ts'
import { jsonCursor, jsonKind, readValue, setJson, skipBlank } from '../event/json-reader.ts'
import { soundText } from './decode.ts'
import type { JsonMember } from './form.ts'
import { depthIn, FoundMembers, isEscaped, kindIn } from './found-members.ts'
import { PathTable } from './json-paths.ts'
import { fail, flagInvalid, type Machine } from './machine.ts'
import { addLacking, type Missing, type Needs } from './needs.ts'
import { keyAlone, type Notation } from './notation.ts'
import { opened, putNumber, putText, takeBack } from './slot.ts'
import { runAll, type Step } from './step.ts'

/** A declared member, made ready: where it goes and how it is read. */
export interface Member {
  readonly field: string
  readonly step: Step
  readonly names: readonly string[]
  readonly list: boolean
  readonly required: boolean
  readonly there: boolean
  readonly octets: boolean
  readonly text: boolean
  readonly long: boolean
  readonly touched: Int32Array
}
/** A member whose text is read further; `parted`: line by line; `whole`: objects and lists too, as JSON. */
export interface MemberLine {
  readonly parted: boolean
  readonly whole: boolean
  readonly steps: readonly Step[]
  readonly touched: Int32Array
}
/** What the members of an operation are, and where those go that no field took: a slot, or -1. */
export interface MembersSpec {
  readonly declared: readonly JsonMember[]
  readonly members: readonly Member[]
  readonly lineKeys: readonly string[]
  readonly lines: readonly MemberLine[]
  readonly undeclared: number
  readonly needs?: Needs
}
const lineEnd = (bytes: Uint8Array, from: number, to: number): number => {
  let at = from
  while (at < to && bytes[at] !== 10) at++
  return at < to && at > from && bytes[at - 1] === 13 ? at - 1 : at
}

/**
 * What becomes of a record's members. One object an operation; who reads the record's notation notes each member it finds in
 * `found`, then has them taken.
 */
export class Members {
  readonly found: FoundMembers
  /** Those who take members, lines first. */
  private readonly lines: readonly (MemberLine & { readonly key: number })[]
  private readonly members: readonly (Member & { readonly keys: readonly number[] })[]
  private readonly undeclared: number
  private readonly notation: Notation
  private readonly inner = jsonCursor()
  private readonly needs: Needs | undefined
  private readonly missing: Missing[] = []

  /** `also`: paths that have a key too; `prefix`: what stands before names that no field takes. */
  constructor(
    { declared, members, lineKeys, lines, undeclared, needs }: MembersSpec,
    notation: Notation,
    { also = [], prefix = '' }: { readonly also?: readonly string[]; readonly prefix?: string } = {},
  ) {
    const paths = new PathTable(prefix)
    this.members = members.map((member, i) => ({
      ...member,
      keys: declared[i]!.keys.map((key) => paths.add(key)),
    }))
    this.lines = lines.map((line, i) => ({ ...line, key: paths.add(lineKeys[i]!) }))
    for (const path of also) paths.add(path)
    this.undeclared = undeclared
    this.needs = needs
    this.notation = notation
    this.found = new FoundMembers(paths, undeclared >= 0, [
      ...this.lines.map(({ key }) => ({ keys: [key], expected: false })),
      ...this.members.map(({ keys, required, there }) => ({ keys, expected: required || there })),
    ])
  }

  /** Fills the fields; false where some that have to be there are missing, which it names all. */
  take(m: Machine): boolean {
    const { lines, members, found } = this
    const { pending } = found
    this.missing.length = 0
    for (let word = 0; word < pending.length; word++) {
      // The lowest bit first: in their order.
      for (let bits = pending[word]!; bits !== 0; bits &= bits - 1) {
        const taker = word * 32 + 31 - Math.clz32(bits & -bits)
        if (taker < lines.length) this.takeLine(m, lines[taker]!)
        else {
          const member = members[taker - lines.length]!
          const only = found.only[taker]!
          if (!this.takeText(m, member, only) && !this.takeMember(m, member, only)) return false
        }
      }
    }
    if (this.needs !== undefined) addLacking(m, this.needs, this.missing)
    if (this.missing.length > 0) return this.refuse(m)
    if (this.undeclared < 0) return true
    const { others, order, kept } = found
    for (let n = 0; n < kept; n++) {
      const key = order[n]!
      const i = -1 - key
      if (key >= 0) this.keepKey(m, key)
      else this.keep(m, others.keyFrom[i]!, others.keyTo[i]!, others.from[i]!, others.to[i]!, others.depth[i]!)
    }
    return true
  }

  private refuse(m: Machine): false {
    const names = this.missing.map(({ name }) => `"${name}"`)
    const expected = names.length === 1 ? `a member ${names[0]}` : `members ${names.join(', ')}`
    return fail(m, 'missing_member', m.end, expected, this.missing[0]!.field)
  }

  private isNone(key: number): boolean {
    const kind = kindIn(this.found.sign(key))
    return kind === jsonKind.null || (kind === jsonKind.string && this.found.from(key) === this.found.to(key))
  }

  private takeLine(m: Machine, line: MemberLine & { readonly key: number }): void {
    const { key } = line
    if (!this.found.has(key) || this.isNone(key)) return
    const kind = kindIn(this.found.sign(key))
    if (kind === jsonKind.object || kind === jsonKind.array) {
      const [step] = line.steps
      if (!line.whole || !step!.span(m, step!, this.found.from(key), this.found.to(key))) this.keepKey(m, key)
      return
    }
    const { at, end, limit, farAt, anchor } = m
    // Where the whole record is a copy already, failures tell where that began.
    if (anchor < 0) m.anchor = this.found.from(key)
    this.content(m, key)
    m.at = m.first
    m.end = m.second
    m.limit = line.parted ? lineEnd(m.bytes, m.first, m.second) : m.second
    // What this text lacks is no reason for the record to fail.
    m.farAt = Number.POSITIVE_INFINITY
    const good = runAll(m, line.steps) && m.at === m.end
    m.at = at
    m.end = end
    m.limit = limit
    m.farAt = farAt
    m.anchor = anchor
    if (good) return
    takeBack(m, line.touched)
    this.keepKey(m, key)
  }

  /** A string as it stands, for a text of which it is the only key: most members are. False: not taken. */
  private takeText(m: Machine, { text, list, step }: Member, key: number): boolean {
    if (!text || list || key < 0) return false
    const { found } = this
    const from = found.from(key)
    const to = found.to(key)
    if (found.sign(key) !== jsonKind.string || from === to) return false
    putText(m, step.slot, from, to)
    return true
  }

  /** `only`: the one of its keys that the record has; less than zero: none, or several. */
  private takeMember(m: Machine, member: Member & { readonly keys: readonly number[] }, only: number): boolean {
    let isThere = false
    let done = false
    let unfit = -1
    const count = only >= 0 ? 1 : member.keys.length
    for (let i = 0; i < count; i++) {
      const key = only >= 0 ? only : member.keys[i]!
      if (!this.found.has(key)) continue
      isThere = true
      if (this.isNone(key)) continue
      const { farAt, anchor } = m
      if (!done) {
        m.farAt = member.required ? farAt : Number.POSITIVE_INFINITY
        if (anchor < 0) m.anchor = this.found.from(key)
        done = this.value(m, member, key)
        m.anchor = anchor
        m.farAt = member.required && !done ? m.farAt : farAt
        if (done) continue
        takeBack(m, member.touched)
        unfit = key
      }
      this.keepKey(m, key)
    }
    if (member.there && !isThere) {
      this.missing.push({ name: member.names[0]!, field: member.field })
      return true
    }
    if (done || !member.required) return true
    if (unfit < 0) {
      this.missing.push({ name: member.names[0]!, field: member.field })
      return true
    }
    return fail(m, 'bad_value', this.found.from(unfit), member.step.expected, member.field)
  }

  /** The text of a string, decoded, in `m.first` … `m.second`. */
  private content(m: Machine, key: number): void {
    m.first = this.found.from(key)
    m.second = this.found.to(key)
    if (isEscaped(this.found.sign(key))) this.decoded(m, m.first, m.second, this.notation.decode)
  }

  private decoded(m: Machine, from: number, to: number, decode: typeof decodeEscapes): void {
    const start = m.scratch.take(to - from)
    m.second = decode(m.bytes, from, to, m.bytes, start)
    m.first = start
  }

  private value(m: Machine, member: Member, key: number): boolean {
    const kind = kindIn(this.found.sign(key))
    if (!member.list) {
      if (kind === jsonKind.array && member.octets)
        return this.octets(m, member, this.found.from(key), this.found.to(key))
      if (kind === jsonKind.object || kind === jsonKind.array) return false
      this.content(m, key)
      return this.scalar(m, member, kind, m.first, m.second)
    }
    if (kind === jsonKind.object) return false
    if (kind === jsonKind.array) return this.elements(m, member, this.found.from(key), this.found.to(key))
    this.content(m, key)
    return this.listed(m, member, kind, m.first, m.second)
  }

  /** The bytes that an array has as numbers. */
  private octets(m: Machine, member: Member, from: number, to: number): boolean {
    const { bytes } = m
    const start = m.scratch.take((to - from) >> 1)
    let end = start
    for (let at = from + 1; at < to - 1; ) {
      const b = bytes[at]!
      if (b === 44 || b === 32 || b === 10 || b === 13 || b === 9) {
        at++
        continue
      }
      const first = at
      let byte = 0
      for (let d = b - 48; d >= 0 && d <= 9 && at - first < 4; d = bytes[++at]! - 48) byte = byte * 10 + d
      // The text is well-formed: what stands behind a number is a blank, a comma, the end, or more of the number.
      const more = bytes[at]!
      if (at === first || byte > 255 || more === 46 || (more | 32) === 101) return false
      bytes[end++] = byte
    }
    if (end === start) return false
    const sound = soundText(m, start, end)
    if (sound !== undefined) flagInvalid(m)
    return this.scalar(m, member, jsonKind.string, sound?.start ?? start, sound?.end ?? end)
  }

  private elements(m: Machine, member: Member, from: number, to: number): boolean {
    const { inner } = this
    setJson(inner, m.bytes, from + 1, to - 1)
    for (;;) {
      skipBlank(inner)
      if (inner.at >= inner.end) return true
      if (inner.bytes[inner.at] === 44) {
        inner.at++
        continue
      }
      const kind = readValue(inner)
      if (kind === jsonKind.null || (kind === jsonKind.string && inner.from === inner.to)) continue
      if (kind === jsonKind.object || kind === jsonKind.array) return false
      m.first = inner.from
      m.second = inner.to
      if (kind === jsonKind.string && inner.escaped) this.decoded(m, inner.from, inner.to, decodeEscapes)
      if (!this.listed(m, member, kind, m.first, m.second)) return false
    }
  }

  private listed(m: Machine, member: Member, kind: number, from: number, to: number): boolean {
    const slot = opened(m, member.step.slot)
    m.cell = slot.cursor
    const good = this.scalar(m, member, kind, from, to)
    m.cell = m.row
    if (good) slot.cursor++
    return good
  }

  private scalar(m: Machine, member: Member, kind: number, from: number, to: number): boolean {
    const { step } = member
    if (member.text) {
      if (kind === keyAlone) return false
      putText(m, step.slot, from, to)
      return true
    }
    if (step.span(m, step, from, to)) return true
    if (!member.long || !this.notation.isNumber(m, kind, from, to)) return false
    // `200.0` and `2e2` are whole as well.
    const value = Number(m.node.toString('latin1', from, to))
    if (!Number.isSafeInteger(value)) return false
    putNumber(m, step.slot, value === 0 ? 0 : value, absent, absent)
    return true
  }

  private keepKey(m: Machine, key: number): void {
    if (this.undeclared < 0) return
    const span = kindIn(this.found.sign(key)) === jsonKind.string ? 1 : 0
    const name = this.found.paths.address(m, key)
    this.keep(
      m,
      name,
      name + this.found.paths.length(key),
      this.found.from(key) - span,
      this.found.to(key) + span,
      depthIn(this.found.sign(key)),
    )
  }

  private keep(m: Machine, keyFrom: number, keyTo: number, from: number, to: number, depth: number): void {
    if (depth === 0 && this.notation.isJson) {
      m.first = from
      m.second = to
    } else this.notation.json(m, from, to, depth)
    const slot = opened(m, this.undeclared)
    const cell = slot.cursor++
    const { words } = m
    words[slot.startAt + cell] = keyFrom
    words[slot.endAt + cell] = keyTo
    slot.start2[cell] = m.first
    slot.end2[cell] = m.second
  }
}
