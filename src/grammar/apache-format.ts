import { type ApachePiece, readApacheText } from './apache-format-text.ts'
import { apacheItems } from './apache-items.ts'
import { apacheTimes } from './apache-times.ts'
import { copy } from './derive.ts'
import { type FormatPiece, joinedBy } from './format-pieces.ts'
import type { ReadFormat, Variable } from './format-variable.ts'
import { tlsVersionOf } from './tls.ts'

/** `%v:%p` and `%h:%{remote}p` as one: a colon alone does not tell where an IPv6 address ends. `%U%q` is a URL. */
const pairs: readonly (readonly [between: string, first: readonly string[], second: string])[] = [
  [':', ['v', 'V', '{host}i'], 'p'],
  [':', ['h', 'a'], '{remote}p'],
  ['', ['U'], 'q'],
]

/** The text of Apache's `LogFormat` or `CustomLog`, as it stands in httpd.conf or bare. */
export const readApacheFormat = (format: string): ReadFormat => {
  const { pieces: given, problems: wrong } = readApacheText(format)
  const times = apacheTimes(given)
  const problems = [...wrong, ...times.problems]
  const known = new Map<string, { readonly variable: Variable; readonly other: Variable; readonly rank: number }>(
    times.variables,
  )
  const names = new Map<string, string>()
  const items = apacheItems(given)
  const pieceOf = (piece: FormatPiece | ApachePiece): readonly FormatPiece[] => {
    if (!('directive' in piece)) return [piece]
    const { directive, at } = piece
    const item = items.of(directive)
    if ('wrong' in item) {
      problems.push({ at, text: item.wrong, mend: item.mend })
      return []
    }
    known.set(item.key, item)
    names.set(item.key, directive.shown)
    return [{ variable: item.key, at }]
  }
  let pieces: readonly FormatPiece[] = times.pieces.flatMap(pieceOf)
  for (const [between, firsts, second] of pairs)
    pieces = joinedBy(between, (a, b) => {
      if (!firsts.includes(a) || b !== second) return undefined
      const key = `${a}${between}${b}`
      known.set(key, items.joined(key))
      names.set(key, `${names.get(a)}${between}${names.get(b)}`)
      return key
    })(pieces)
  return {
    name: 'apache.access',
    title: 'Apache access log of a LogFormat',
    url: 'https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats',
    directive: 'LogFormat',
    pieces,
    problems,
    escape: 'any',
    absent: '-',
    of: (name) => known.get(name)!.variable,
    other: (name) => known.get(name)!.other,
    rank: (name) => known.get(name)!.rank,
    shown: (name) => names.get(name) ?? times.shown(name),
    derive: (has) => ({
      ...(has('destination.address') ? { 'url.domain': copy('destination.address') } : {}),
      ...(has('destination.port') ? { 'url.port': copy('destination.port') } : {}),
      ...(has('apache.access.ssl.cipher') ? { 'tls.cipher': copy('apache.access.ssl.cipher') } : {}),
      ...(has('apache.access.ssl.protocol') ? tlsVersionOf('apache.access.ssl.protocol') : {}),
    }),
  }
}
