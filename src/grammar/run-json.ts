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
import { hashStart, hashWith } from './json-paths.ts'
import { quoteJson, repeatsKeys, withoutRepeats } from './json-text.ts'
import { fail, type Machine } from './machine.ts'
import { type Step, stepOf } from './step.ts'
import { Members, type MembersSpec, type Notation } from './take-members.ts'

/** Nesting that stores take in a flattened field; deeper values are kept as the text they are. */
const deepest = 16
const longestPath = 1024

/** JSON in JSON is kept as it is, but for what stores refuse. */
const notation = (): Notation => {
  const cursor = jsonCursor()
  return {
    decode: decodeEscapes,
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
  private readonly found: Members
  private readonly c: JsonCursor = jsonCursor()
  private readonly path = new Uint8Array(longestPath)

  private readonly inLine: boolean

  /** Keys whose texts are read as JSON. */
  private readonly nested: ReadonlySet<number>
  private readonly inside: JsonCursor = jsonCursor()

  constructor(spec: MembersSpec, { inLine, nested = [] }: Pick<JsonOp, 'inLine' | 'nested'>) {
    this.inLine = inLine === true
    this.found = new Members(spec, notation(), nested)
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
    if (!this.object(m, 0, hashStart)) {
      return c.tooDeep
        ? fail(m, 'too_deep', c.at, 'JSON that is less deep')
        : fail(m, 'bad_json', c.at, c.at >= c.end ? 'more of the JSON object' : 'well-formed JSON')
    }
    skipBlank(c)
    if (c.at < end) return fail(m, 'bad_json', c.at, this.inLine ? 'the end of the line' : 'the end of the record')
    m.at = end
    m.limit = end
    return this.found.take(m)
  }

  /** Members of the object at the cursor, whose path is the first `length` bytes of `path`, hashed to `hash`. */
  private object(m: Machine, length: number, hash: number): boolean {
    const { c, path, found } = this
    const { paths, others } = found
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
      const node = fits ? paths.find(path, to, h) : -1
      if (node >= 0 && paths.isPrefix(node) && c.at < c.end && c.bytes[c.at] === 123) {
        if (!this.object(m, to, h)) return false
        continue
      }
      const kind = readValue(c)
      if (kind === jsonKind.bad) return false
      const key = node >= 0 ? paths.keyOf(node) : -1
      if (kind === jsonKind.string && this.nested.has(key) && this.within(m, to, h)) continue
      if (key >= 0 && !this.nested.has(key)) found.note(key, kind, c.from, c.to, c.escaped, c.depth)
      else if (found.undeclared >= 0) {
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
        others.put(m.bytes, h, keyFrom, keyTo, c.from - span, c.to + span, c.depth)
      }
    }
  }

  /** Members of the object that the text at the cursor is, under the first `length` bytes of `path`; false where it is none. */
  private within(m: Machine, length: number, hash: number): boolean {
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
    this.object(m, length, hash)
    setJson(c, m.bytes, at, end)
    return true
  }
}

export const jsonStep = (spec: MembersSpec, op: JsonOp): Step => {
  const run = new JsonRun(spec, op)
  return stepOf({ run: (m) => run.read(m), expected: 'a JSON object' })
}
