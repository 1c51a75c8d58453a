/** A repeated group with captures in it. */
export interface Loop {
  /** Name of the group put around it. */
  readonly group: string
  /** One repetition. */
  readonly body: string
}

const times = /(?:[*+]|\{\d*,?\d*\})[+?]?/y

interface Span {
  readonly from: number
  readonly to: number
  readonly body: string
}

/** The outermost ones, in Oniguruma's language. */
const spansOf = (source: string): readonly Span[] => {
  const open: number[] = []
  let found: Span[] = []
  let inClass = 0
  for (let i = 0; i < source.length; i++) {
    const sign = source[i]!
    if (sign === '\\') i++
    else if (sign === '[') inClass++
    else if (sign === ']' && inClass > 0) inClass--
    else if (inClass > 0) continue
    else if (sign === '(') open.push(i)
    else if (sign === ')') {
      const from = open.pop() ?? 0
      times.lastIndex = i + 1
      const quantifier = times.exec(source)?.[0] ?? ''
      const body = source.slice(from, i + 1)
      if (quantifier === '' || !/.\(\?<g\d+>/s.test(body)) continue
      found = [...found.filter((span) => span.from < from), { from, to: i + 1 + quantifier.length, body }]
    }
  }
  return found
}

/**
 * JavaScript forgets at each repetition what was captured in the one before, Oniguruma does not. So that it can be found
 * out, each repeated group that captures gets a group of its own around it.
 */
export const withLoops = (source: string): { readonly source: string; readonly loops: readonly Loop[] } => {
  const loops: Loop[] = []
  let written = ''
  let at = 0
  for (const { from, to, body } of spansOf(source)) {
    const group = `l${loops.length}`
    loops.push({ group, body })
    written += `${source.slice(at, from)}(?<${group}>${source.slice(from, to)})`
    at = to
  }
  return { source: written + source.slice(at), loops }
}
