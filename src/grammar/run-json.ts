import { decodeEscapes } from '../event/json-escapes.ts'
import {
  enterObject,
  type JsonCursor,
  jsonCursor,
  jsonKind,
  nextName,
  readName,
  readValue,
  setJson,
  skipBlank,
} from '../event/json-reader.ts'
import { encode } from './encode.ts'
import type { JsonOp } from './form.ts'
import { type FoundMembers, signOf } from './found-members.ts'
import { hashOf } from './json-paths.ts'
import { quoteJson, repeatsKeys, withoutRepeats } from './json-text.ts'
import { fail, type Machine } from './machine.ts'
import { MemberNames } from './member-names.ts'
import type { Notation } from './notation.ts'
import { type Step, stepOf } from './step.ts'
import { Members, type MembersSpec } from './take-members.ts'

/** Nesting that stores take in a flattened field; deeper values are kept as the text they are. */
const deepest = 16
const longestPath = 1024
/** The object that is the record stands at no path. */
const root = -1

/** JSON in JSON is kept as it is, but for what stores refuse. */
const notation = (): Notation => {
  const cursor = jsonCursor()
  return {
    decode: decodeEscapes,
    isJson: true,
    isNumber: (_, kind) => kind === jsonKind.number,
    json(m, from, to, depth) {
      m.first = from
      m.second = to
      if (depth > deepest) {
        const text = quoteJson(m, from, to)
        m.first = text.start
        m.second = text.end
      } else if (depth > 0 && repeatsKeys(m.bytes, from, to, cursor)) {
        const text = m.scratch.write(withoutRepeats(m.node.toString('utf8', from, to)))
        m.first = text.start
        m.second = text.end
      }
    },
  }
}

/** Everything a JSON operation needs between records. */
class JsonRun {
  private readonly members: Members
  private readonly found: FoundMembers
  private readonly c: JsonCursor = jsonCursor()
  private readonly names = new MemberNames(encode('"'), encode('":'))
  private readonly path = new Uint8Array(longestPath)
  /** A path that is not learned: where it stands in the arena, and its hash. */
  private pathFrom = 0
  private pathTo = 0
  private pathHash = 0

  private readonly inLine: boolean

  /** Keys whose texts are read as JSON. */
  private readonly nested: ReadonlySet<number>
  private readonly inside: JsonCursor = jsonCursor()

  constructor(spec: MembersSpec, { inLine, nested = [] }: Pick<JsonOp, 'inLine' | 'nested'>) {
    this.inLine = inLine === true
    this.members = new Members(spec, notation(), { also: nested })
    this.found = this.members.found
    this.nested = new Set(nested.map((path) => this.found.paths.add(path)))
  }

  read(m: Machine): boolean {
    const { c } = this
    const end = this.inLine ? m.limit : m.end
    this.found.open()
    setJson(c, m.bytes, m.at, end)
    skipBlank(c)
    if (c.at >= c.end || c.bytes[c.at] !== 123)
      return fail(m, c.at >= c.end ? 'unexpected_end' : 'bad_json', c.at, 'a JSON object')
    if (!this.object(m, root)) {
      return c.tooDeep
        ? fail(m, 'too_deep', c.at, 'JSON that is less deep')
        : fail(m, 'bad_json', c.at, c.at >= c.end ? 'more of the JSON object' : 'well-formed JSON')
    }
    skipBlank(c)
    if (c.at < end) return fail(m, 'bad_json', c.at, this.inLine ? 'the end of the line' : 'the end of the record')
    m.at = end
    m.limit = end
    return this.members.take(m)
  }

  /** Members of the object at the cursor, which stands at the path of a node, or is the record. */
  private object(m: Machine, object: number): boolean {
    const { c, found, names } = this
    const { paths } = found
    const { bytes } = m
    if (!enterObject(c)) return false
    let name = names.before(object + 1)
    for (let first = true; ; first = false) {
      // Most members follow the comma at once.
      if (!first && c.at + 1 < c.end && bytes[c.at] === 44 && bytes[c.at + 1] === 34) c.at++
      else {
        const next = nextName(c, first)
        if (next <= 0) return next === 0
      }
      let node = -1
      const length = names.repeats(name, m, c.at, c.end)
      if (length > 0) {
        c.at += length
        name = names.next(name)
        node = names.nodeOf(name)
        if (bytes[c.at]! <= 32) skipBlank(c)
      } else {
        if (!readName(c)) return false
        const known = c.escaped ? -1 : names.find(object + 1, name, m, c.from, c.to)
        if (known >= 0) {
          name = known
          node = names.nodeOf(known)
        } else {
          node = this.nodeOf(m, object)
          const learned = c.escaped || node < 0 ? -1 : names.add(object + 1, name, m, c.from, c.to, node)
          if (learned >= 0) name = learned
        }
      }
      if (node >= 0 && c.at < c.end && m.bytes[c.at] === 123 && paths.isPrefix(node)) {
        if (!this.object(m, node)) return false
        continue
      }
      const kind = readValue(c)
      if (kind === jsonKind.bad) return false
      const key = node >= 0 ? paths.keyOf(node) : -1
      const isNested = key >= 0 && this.nested.size > 0 && this.nested.has(key)
      if (isNested && kind === jsonKind.string && this.within(m, node)) continue
      const sign = signOf(kind, c.escaped, c.depth)
      if (key >= 0 && !isNested) found.note(key, sign, c.from, c.to)
      else if (!found.keepsOthers) continue
      else if (node >= 0) found.noteOther(paths.keyOfOther(node), sign, c.from, c.to)
      else {
        const span = kind === jsonKind.string ? 1 : 0
        found.noteUnknown(m.bytes, this.pathHash, this.pathFrom, this.pathTo, c.from - span, c.to + span, c.depth)
      }
    }
  }

  /** The node of the path of the name just read in the object; -1: it is not learned, and stands in `pathFrom` … `pathTo`. */
  private nodeOf(m: Machine, object: number): number {
    const { c, path, found } = this
    const { paths } = found
    let { from, to } = c
    if (c.escaped) {
      const start = m.scratch.take(to - from)
      to = decodeEscapes(m.bytes, from, to, m.bytes, start)
      from = start
    }
    if (object >= 0) {
      const before = paths.textOf(object)
      const start = m.scratch.take(before.length + 1 + to - from)
      m.bytes.set(before, start)
      m.bytes[start + before.length] = 46
      m.bytes.copyWithin(start + before.length + 1, from, to)
      to += start + before.length + 1 - from
      from = start
    }
    const h = hashOf(m.bytes, from, to)
    const length = to - from
    let node = -1
    if (length < longestPath) {
      path.set(m.bytes.subarray(from, to))
      node = paths.find(path, length, h)
      if (node < 0) node = paths.learn(path, length, h)
    }
    this.pathFrom = from
    this.pathTo = to
    this.pathHash = h
    return node
  }

  /** Members of the object that the text at the cursor is, which stands at the path of a node; false where it is none. */
  private within(m: Machine, node: number): boolean {
    const { c, inside } = this
    let { from, to } = c
    if (c.escaped) {
      const start = m.scratch.take(to - from)
      to = decodeEscapes(m.bytes, from, to, m.bytes, start)
      from = start
    }
    setJson(inside, m.bytes, from, to)
    skipBlank(inside)
    if (readValue(inside) !== jsonKind.object) return false
    skipBlank(inside)
    if (inside.at < to) return false
    const { at, end } = c
    setJson(c, m.bytes, from, to)
    skipBlank(c)
    this.object(m, node)
    setJson(c, m.bytes, at, end)
    return true
  }
}

export const jsonStep = (spec: MembersSpec, op: JsonOp): Step => {
  const run = new JsonRun(spec, op)
  return stepOf({ run: (m) => run.read(m), expected: 'a JSON object' })
}
