import type { Chars, FormatProblem } from './format-pieces.ts'

/** A directive of a `LogFormat`: `%!400,501{Referer}i`, `%>s`, `%^FB`. */
export interface ApacheDirective {
  /** What it logs: one letter, or `^` and two. */
  readonly letter: string
  readonly arg: string
  /** Of a request that was redirected within the server: what was asked for first, or what came of it. */
  readonly which: 'original' | 'final' | undefined
  /** Logged for some statuses only, for others `-`. */
  readonly conditions: string
  readonly shown: string
}
export type ApachePiece =
  | { readonly literal: string; readonly at: number }
  | { readonly directive: ApacheDirective; readonly at: number }

export interface ApacheText {
  readonly pieces: readonly ApachePiece[]
  readonly problems: readonly FormatProblem[]
}
type Say = (problem: FormatProblem) => void

const head = /^\s*(LogFormat|CustomLog|GlobalLog)(?=\s|$)/i
/** A directive as it may stand in a text. */
const anyDirective = /%[!<>,\d]*(?:\{[^}]*\})?[!<>,\d]*(?:\^?[A-Za-z])/

/** Whether the text is Apache's: it says so, or has its directives and no variable of nginx. */
export const isApacheFormat = (text: string): boolean =>
  head.test(text) || (anyDirective.test(text) && !/\$[\w{]/.test(text) && !/^\s*log_format\s/.test(text))

/** Words of one directive of httpd.conf, as ap_getword_conf reads them: quotes, lines continued by a backslash. */
const wordsOf = (
  source: string,
  from: number,
  say: Say,
): { readonly words: readonly Chars[]; readonly end: number } => {
  const words: Chars[] = []
  const continued = /\\\r?\n/y
  const skipped = (at: number): number => {
    continued.lastIndex = at
    return continued.exec(source)?.[0].length ?? 0
  }
  let i = from
  for (;;) {
    for (let more = 1; more > 0; i += more) more = /[ \t]/.test(source[i] ?? '') ? 1 : skipped(i)
    if (i >= source.length || source[i] === '\n' || source[i] === '\r') return { words, end: i }
    const start = i
    const quote = source[i] === '"' || source[i] === "'" ? source[i]! : undefined
    let text = ''
    const at: number[] = []
    if (quote !== undefined) i++
    for (; i < source.length; i++) {
      const more = skipped(i)
      if (more > 0) {
        i += more - 1
        continue
      }
      const c = source[i]!
      if (c === '\n' || (quote === undefined ? /\s/.test(c) : c === quote)) break
      at.push(i + 1)
      const next = source[i + 1]
      if (c === '\\' && (next === '\\' || (quote !== undefined && next === quote))) {
        text += next
        i++
      } else text += c
    }
    if (quote !== undefined) {
      if (source[i] !== quote)
        say({ at: start + 1, text: `The quote ${quote} is not closed`, mend: `Write ${quote} behind the format` })
      else i++
    }
    words.push({ text, at })
  }
}

/** The format as it stands in httpd.conf: what is left once the configuration is read. */
const configured = (source: string, say: Say): Chars => {
  const [all = '', name = ''] = head.exec(source)!
  const { words, end } = wordsOf(source, all.length, say)
  const index = name.toLowerCase() === 'logformat' ? 0 : 1
  const most = index + 2
  const format = words[index]
  const rest = source.slice(end).search(/\S/)
  const beyond = words[most]?.at[0] ?? (rest < 0 ? undefined : end + rest + 1)
  if (beyond !== undefined)
    say({
      at: beyond,
      text: `Text stands behind the end of the ${name}`,
      mend: `Give one ${name} only, its format in quotes`,
    })
  if (format === undefined)
    say({ at: all.length + 1, text: `The ${name} has no format`, mend: `Write ${name} as it stands in httpd.conf` })
  else if (!format.text.includes('%'))
    say({
      at: format.at[0] ?? all.length + 1,
      text: `'${format.text}' names a format that stands elsewhere`,
      mend: 'Give the LogFormat of that name',
    })
  return format ?? { text: '', at: [] }
}

/**
 * A bare format, perhaps still in the quotes of httpd.conf. Quotes around one directive are more often part of the format;
 * those within are escaped where the outer ones are the configuration's.
 */
const bare = (source: string, say: Say): Chars => {
  const from = /^\s*/.exec(source)![0].length
  const body = source.slice(from).trimEnd()
  const isQuoted = /^"(?:[^"\\]|\\[\s\S])*"$/.test(body) || /^'(?:[^'\\]|\\[\s\S])*'$/.test(body)
  if (isQuoted && !new RegExp(`^.${anyDirective.source}.$`).test(body)) return wordsOf(source, from, say).words[0]!
  return { text: body, at: Array.from({ length: body.length }, (_, i) => from + i + 1) }
}

const escapes: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n', '\\': '\\', '"': '"' }

const modifiers = /[!<>,\d]/

/** The directive at `i`, where a `%` stands, and its end. */
const directiveAt = (
  { text, at }: Chars,
  i: number,
  say: Say,
): { readonly directive?: ApacheDirective; readonly end: number } => {
  let arg = ''
  let which: ApacheDirective['which']
  let conditions = ''
  let end = i + 1
  for (;;) {
    const c = text[end]
    if (c === undefined) break
    if (c === '{') {
      const close = text.indexOf('}', end)
      if (close < 0) break
      arg = text.slice(end + 1, close)
      end = close + 1
    } else if (modifiers.test(c)) {
      if (c === '<') which = 'original'
      else if (c === '>') which = 'final'
      else conditions += c
      end++
    } else {
      const letter = c === '^' ? text.slice(end, end + 3) : c
      end += letter.length
      return { directive: { letter, arg, which, conditions, shown: text.slice(i, end) }, end }
    }
  }
  say({
    at: at[i]!,
    text: `${text.slice(i)} is no whole directive`,
    mend: 'Write a directive, as %h or %{Referer}i, or %% for a percent sign',
  })
  return { end: text.length }
}

const piecesOf = (chars: Chars, say: Say): readonly ApachePiece[] => {
  const { text, at } = chars
  const pieces: ApachePiece[] = []
  let literal = ''
  let literalAt = 0
  const add = (more: string, i: number): void => {
    if (literal === '') literalAt = at[i]!
    literal += more
  }
  const flush = (): void => {
    if (literal !== '') pieces.push({ literal, at: literalAt })
    literal = ''
  }
  for (let i = 0; i < text.length; ) {
    const c = text[i]!
    const next = text[i + 1]
    const meant = c === '\\' && next !== undefined ? escapes[next] : undefined
    if (c === '%' && next === '%') {
      add('%', i)
      i += 2
    } else if (c === '%') {
      flush()
      const { directive, end } = directiveAt(chars, i, say)
      if (directive !== undefined) pieces.push({ directive, at: at[i]! })
      i = end
    } else {
      add(meant ?? c, i)
      i += meant === undefined ? 1 : 2
    }
  }
  flush()
  return pieces
}

/**
 * Reads a `LogFormat` or `CustomLog` as it stands in httpd.conf, or its format alone, in quotes or bare.
 * (https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats)
 */
export const readApacheText = (source: string): ApacheText => {
  const problems: FormatProblem[] = []
  const say: Say = (problem) => void problems.push(problem)
  const pieces = piecesOf(head.test(source) ? configured(source, say) : bare(source, say), say)
  if (problems.length === 0 && !pieces.some((piece) => 'directive' in piece))
    say({
      at: 1,
      text: 'The format has no directive',
      mend: `Give the text of Apache's LogFormat, as '%h %l %u %t "%r" %>s %b'`,
    })
  return { pieces, problems }
}
