import type { Op, TakeOp } from './form.ts'

/** What may stand right behind a place: literal texts, the line's end, or something that has no text of its own. */
interface Follow {
  readonly texts: readonly string[]
  readonly end: boolean
  /** What stands there begins with this, which cannot be looked for. */
  readonly open?: string
  /** That is text which is passed over to the end: what says itself where it ends may stand before it. */
  readonly passed?: boolean
}

const nothing: Follow = { texts: [], end: true }
const both = (a: Follow, b: Follow): Follow => {
  const open = a.open ?? b.open
  const passed = [a, b].every((one) => one.open === undefined || one.passed === true)
  return {
    texts: [...new Set([...a.texts, ...b.texts])],
    end: a.end || b.end,
    ...(open === undefined ? {} : { open, passed }),
  }
}

const named = (take: TakeOp): string => (take.field === undefined ? 'skipped text' : `'${take.field}'`)

/** What `ops` may begin with, where `behind` stands behind them. */
const firstOf = (ops: readonly Op[], behind: Follow): Follow => {
  const [op] = ops
  if (op === undefined) return behind
  const then = (): Follow => firstOf(ops.slice(1), behind)
  switch (op.op) {
    case 'literal':
      return { texts: [op.text], end: false }
    case 'newline':
      return nothing
    case 'blanks':
      return { texts: [' ', '\t'], end: false }
    case 'take':
      if (op.extent === 'quoted') return { texts: ['"'], end: false }
      return { texts: [], end: false, open: named(op), passed: op.extent === 'rest' && op.value.as === 'skip' }
    case 'csv':
      return { texts: [], end: false, open: 'a field' }
    case 'regex':
      return { texts: [], end: false, open: 'a regular expression' }
    case 'extract':
      return { texts: [], end: false, open: `a ${op.by} pattern` }
    case 'pairs':
      return { texts: [], end: false, open: 'pairs' }
    case 'header_lines':
      return { texts: [op.mark], end: false }
    case 'trace':
      return { texts: [], end: false, open: `'${op.field ?? op.trace}'` }
    case 'key_values':
      return { texts: [], end: false, open: 'key-value pairs' }
    case 'delimited':
      return { texts: [], end: false, open: 'a row' }
    case 'uncoloured':
      return firstOf(op.ops, behind)
    case 'json':
      return { texts: ['{'], end: false }
    case 'whole':
      return firstOf([...op.ops, ...ops.slice(1)], behind)
    case 'optional':
      return both(firstOf(op.ops, then()), then())
    case 'either':
      return op.branches.map((branch) => firstOf(branch, then())).reduce(both)
    case 'any_order':
      return op.parts.map((part) => firstOf(part.ops, then())).reduce(both, then())
  }
}

/** Told of each capture that has nothing to end at. */
export type OnGap = (between: string, and: string) => void

const asStops = (
  op: { readonly stops: readonly string[]; readonly close?: string },
  follow: Follow,
): { readonly stops: readonly string[]; readonly orEnd: boolean } => ({
  stops: op.stops.length > 0 ? op.stops : follow.texts.map((text) => (op.close ?? '') + text),
  orEnd: follow.end,
})

/** The operations with the stops of every capture filled in. */
export const withStops = (ops: readonly Op[], onGap: OnGap, behind: Follow = nothing): readonly Op[] =>
  ops.map((op, i) => {
    const rest = ops.slice(i + 1)
    const follow = firstOf(rest, behind)
    switch (op.op) {
      case 'take':
        if (follow.open !== undefined && !(follow.passed === true && op.extent === 'self' && op.absent === undefined))
          onGap(named(op), follow.open)
        if (op.extent === 'rest') return op
        return {
          ...op,
          ...asStops(op, follow),
          ...(op.ahead === undefined ? {} : { ahead: withStops(op.ahead, onGap, { texts: [], end: false }) }),
        }
      case 'regex':
        if (follow.open !== undefined) onGap('a regular expression', follow.open)
        return { ...op, ...asStops(op, follow) }
      case 'csv':
        if (follow.open !== undefined) onGap('a field', follow.open)
        return { ...op, ...asStops(op, follow), ops: withStops(op.ops, onGap) }
      case 'optional':
      case 'whole':
        return { ...op, ops: withStops(op.ops, onGap, follow) }
      case 'either':
        return { ...op, branches: op.branches.map((branch) => withStops(branch, onGap, follow)) }
      case 'any_order': {
        const again = op.parts.map((part) => firstOf(part.ops, follow)).reduce(both, follow)
        return { ...op, parts: op.parts.map((part) => ({ ...part, ops: withStops(part.ops, onGap, again) })) }
      }
      case 'pairs':
        if (follow.texts.length > 0 || follow.open !== undefined)
          onGap('pairs', follow.open ?? JSON.stringify(follow.texts[0]))
        return op
      case 'extract':
        if (follow.texts.length > 0 || follow.open !== undefined)
          onGap(`a ${op.by} pattern`, follow.open ?? JSON.stringify(follow.texts[0]))
        return op
      case 'uncoloured':
        if (follow.texts.length > 0 || follow.open !== undefined)
          onGap('a record without colours', follow.open ?? JSON.stringify(follow.texts[0]))
        return { ...op, ops: withStops(op.ops, onGap) }
      case 'key_values':
        if (follow.texts.length > 0 || follow.open !== undefined)
          onGap('key-value pairs', follow.open ?? JSON.stringify(follow.texts[0]))
        return { ...op, lines: op.lines.map((line) => ({ ...line, ops: withStops(line.ops, onGap) })) }
      case 'json':
      case 'delimited':
        return { ...op, lines: op.lines.map((line) => ({ ...line, ops: withStops(line.ops, onGap) })) }
      default:
        return op
    }
  })
