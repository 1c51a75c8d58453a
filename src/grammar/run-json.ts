import { absent } from '../event/column.ts'
import {
  decodeEscapes,
  enterObject,
  type JsonCursor,
  jsonCursor,
  jsonKind,
  nextMember,
  readValue,
  setJson,
  skipBlank,
} from '../event/json-reader.ts'
import type { JsonOp } from './form.ts'
import { hashStart, hashWith, KeySet, PathTable } from './json-paths.ts'
import { quoteJson, repeatsKeys, withoutRepeats } from './json-text.ts'
import { fail, type Machine } from './machine.ts'
import { opened, putNumber, putText, takeBack } from './slot.ts'
import { runAll, type Step, stepOf } from './step.ts'

/** Nesting that stores take in a flattened field; deeper values are kept as the text they are. */
const deepest = 16
const longestPath = 1024

interface Member {
  readonly field: string
  readonly step: Step
  readonly keys: readonly number[]
  readonly names: readonly string[]
  readonly list: boolean
  readonly required: boolean
  readonly text: boolean
  readonly long: boolean
  readonly touched: Int32Array
}
interface Line {
  readonly key: number
  readonly steps: readonly Step[]
  readonly touched: Int32Array
}

/** Everything a JSON operation needs between records: the paths it knows, and where this record has them. */
class JsonRun {
  readonly paths: PathTable
  readonly members: readonly Member[]
  readonly lines: readonly Line[]
  /** Slot of undeclared members, or -1. */
  readonly undeclared: number
  private readonly c: JsonCursor = jsonCursor()
  private readonly inner: JsonCursor = jsonCursor()
  private readonly path = new Uint8Array(longestPath)
  /** By key: the record it was last seen in, and its value there. */
  private readonly seen: Float64Array
  private readonly from: Uint32Array
  private readonly to: Uint32Array
  private readonly kind: Uint8Array
  private readonly escaped: Uint8Array
  private readonly depth: Uint16Array
  private serial = 0
  private readonly others = new KeySet()

  constructor(
    op: JsonOp,
    members: readonly Omit<Member, 'keys'>[],
    lines: readonly Omit<Line, 'key'>[],
    undeclared: number,
  ) {
    this.paths = new PathTable()
    this.members = members.map((member, i) => ({
      ...member,
      keys: op.members[i]!.keys.map((key) => this.paths.add(key)),
    }))
    this.lines = lines.map((line, i) => ({ ...line, key: this.paths.add(op.lines[i]!.key) }))
    this.undeclared = undeclared
    const count = this.paths.count
    this.seen = new Float64Array(count)
    this.from = new Uint32Array(count)
    this.to = new Uint32Array(count)
    this.kind = new Uint8Array(count)
    this.escaped = new Uint8Array(count)
    this.depth = new Uint16Array(count)
  }

  read(m: Machine): boolean {
    const { c } = this
    this.serial++
    this.others.clear()
    setJson(c, m.bytes, m.at, m.end)
    skipBlank(c)
    if (c.at >= c.end || c.bytes[c.at] !== 123)
      return fail(m, c.at >= c.end ? 'unexpected_end' : 'bad_json', c.at, 'a JSON object')
    if (!this.object(m, 0, hashStart)) {
      return c.tooDeep
        ? fail(m, 'too_deep', c.at, 'JSON that is less deep')
        : fail(m, 'bad_json', c.at, c.at >= c.end ? 'more of the JSON object' : 'well-formed JSON')
    }
    skipBlank(c)
    if (c.at < m.end) return fail(m, 'bad_json', c.at, 'the end of the record')
    m.at = m.end
    m.limit = m.end
    return this.take(m)
  }

  /** Members of the object at the cursor, whose path is the first `length` bytes of `path`, hashed to `hash`. */
  private object(m: Machine, length: number, hash: number): boolean {
    const { c, path } = this
    if (!enterObject(c)) return false
    for (let first = true; ; first = false) {
      const next = nextMember(c, first)
      if (next <= 0) return next === 0
      let keyFrom = c.from
      let keyTo = c.to
      if (c.escaped) {
        const start = m.scratch.take(keyTo - keyFrom)
        keyTo = decodeEscapes(m.bytes, keyFrom, keyTo, m.bytes, start)
        keyFrom = start
      }
      let to = length
      let h = hash
      const fits = length + 1 + keyTo - keyFrom <= longestPath
      if (fits) {
        if (length > 0) {
          path[to++] = 46
          h = hashWith(h, 46)
        }
        for (let at = keyFrom; at < keyTo; at++) {
          const b = m.bytes[at]!
          path[to++] = b
          h = hashWith(h, b)
        }
      }
      const node = fits ? this.paths.find(path, to, h) : -1
      if (node >= 0 && this.paths.isPrefix(node) && c.at < c.end && c.bytes[c.at] === 123) {
        if (!this.object(m, to, h)) return false
        continue
      }
      const kind = readValue(c)
      if (kind === jsonKind.bad) return false
      const key = node >= 0 ? this.paths.keyOf(node) : -1
      if (key >= 0) {
        this.seen[key] = this.serial
        this.from[key] = c.from
        this.to[key] = c.to
        this.kind[key] = kind
        this.escaped[key] = c.escaped ? 1 : 0
        this.depth[key] = c.depth
      } else if (this.undeclared >= 0) {
        if (length > 0) {
          keyFrom = m.scratch.take(to)
          m.bytes.set(path.subarray(0, to), keyFrom)
          keyTo = keyFrom + to
        }
        const span = kind === jsonKind.string ? 1 : 0
        if (!fits) {
          h = hashStart
          for (let at = keyFrom; at < keyTo; at++) h = hashWith(h, m.bytes[at]!)
        }
        this.others.put(m.bytes, h, keyFrom, keyTo, c.from - span, c.to + span, c.depth)
      }
    }
  }

  private take(m: Machine): boolean {
    for (const line of this.lines) this.takeLine(m, line)
    for (const member of this.members) if (!this.takeMember(m, member)) return false
    if (this.undeclared < 0) return true
    const { others } = this
    for (let i = 0; i < others.count; i++) {
      this.keep(m, others.keyFrom[i]!, others.keyTo[i]!, others.from[i]!, others.to[i]!, others.depth[i]!)
    }
    return true
  }

  private takeLine(m: Machine, line: Line): void {
    const { key } = line
    if (this.seen[key] !== this.serial) return
    const kind = this.kind[key]!
    if (kind === jsonKind.null || (kind === jsonKind.string && this.from[key] === this.to[key])) return
    if (kind === jsonKind.object || kind === jsonKind.array) {
      this.keepKey(m, key)
      return
    }
    const { at, end, limit, farAt } = m
    m.anchor = this.from[key]!
    this.content(m, key)
    m.at = m.first
    m.end = m.second
    m.limit = m.second
    // What this text lacks is no reason for the record to fail.
    m.farAt = Number.POSITIVE_INFINITY
    const good = runAll(m, line.steps) && m.at === m.end
    m.at = at
    m.end = end
    m.limit = limit
    m.farAt = farAt
    m.anchor = -1
    if (good) return
    takeBack(m, line.touched)
    this.keepKey(m, key)
  }

  private takeMember(m: Machine, member: Member): boolean {
    let done = false
    let unfit = -1
    for (let i = 0; i < member.keys.length; i++) {
      const key = member.keys[i]!
      if (this.seen[key] !== this.serial) continue
      const kind = this.kind[key]!
      if (kind === jsonKind.null || (kind === jsonKind.string && this.from[key] === this.to[key])) continue
      const { farAt } = m
      if (!done) {
        m.farAt = member.required ? farAt : Number.POSITIVE_INFINITY
        m.anchor = this.from[key]!
        done = this.value(m, member, key)
        m.anchor = -1
        m.farAt = member.required && !done ? m.farAt : farAt
        if (done) continue
        takeBack(m, member.touched)
        unfit = key
      }
      this.keepKey(m, key)
    }
    if (done || !member.required) return true
    if (unfit < 0) return fail(m, 'missing_member', m.end, `a member "${member.names[0]}"`, member.field)
    return fail(m, 'bad_value', this.from[unfit]!, member.step.expected, member.field)
  }

  /** The text of a string, decoded, in `m.first` … `m.second`. */
  private content(m: Machine, key: number): void {
    m.first = this.from[key]!
    m.second = this.to[key]!
    if (this.escaped[key] === 1 && this.kind[key] === jsonKind.string) this.decoded(m, m.first, m.second)
  }

  private decoded(m: Machine, from: number, to: number): void {
    const start = m.scratch.take(to - from)
    m.second = decodeEscapes(m.bytes, from, to, m.bytes, start)
    m.first = start
  }

  private value(m: Machine, member: Member, key: number): boolean {
    const kind = this.kind[key]!
    if (!member.list) {
      if (kind === jsonKind.object || kind === jsonKind.array) return false
      this.content(m, key)
      return this.scalar(m, member, kind, m.first, m.second)
    }
    if (kind === jsonKind.object) return false
    if (kind === jsonKind.array) return this.elements(m, member, this.from[key]!, this.to[key]!)
    this.content(m, key)
    return this.listed(m, member, kind, m.first, m.second)
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
      if (kind === jsonKind.string && inner.escaped) this.decoded(m, inner.from, inner.to)
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
      putText(m, step.slot, from, to)
      return true
    }
    if (step.span(m, step, from, to)) return true
    if (!member.long || kind !== jsonKind.number) return false
    // `200.0` and `2e2` are whole as well.
    const value = Number(m.node.toString('latin1', from, to))
    if (!Number.isSafeInteger(value)) return false
    putNumber(m, step.slot, value === 0 ? 0 : value, absent, absent)
    return true
  }

  private keepKey(m: Machine, key: number): void {
    if (this.undeclared < 0) return
    const span = this.kind[key] === jsonKind.string ? 1 : 0
    const name = this.paths.address(m, key)
    this.keep(m, name, name + this.paths.length(key), this.from[key]! - span, this.to[key]! + span, this.depth[key]!)
  }

  private keep(m: Machine, keyFrom: number, keyTo: number, from: number, to: number, depth: number): void {
    let start = from
    let end = to
    if (depth > deepest) {
      const text = quoteJson(m, from, to)
      start = text.start
      end = text.end
    } else if (depth > 0 && repeatsKeys(m.bytes, from, to, this.inner)) {
      const text = m.scratch.write(withoutRepeats(m.node.toString('utf8', from, to)))
      start = text.start
      end = text.end
    }
    const slot = opened(m, this.undeclared)
    const cell = slot.cursor++
    slot.start[cell] = keyFrom
    slot.end[cell] = keyTo
    slot.start2[cell] = start
    slot.end2[cell] = end
  }
}

export const jsonStep = (
  op: JsonOp,
  members: readonly Omit<Member, 'keys'>[],
  lines: readonly Omit<Line, 'key'>[],
  undeclared: number,
): Step => {
  const run = new JsonRun(op, members, lines, undeclared)
  return stepOf({ run: (m) => run.read(m), expected: 'a JSON object' })
}
