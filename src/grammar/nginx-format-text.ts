import type { Chars, FormatPiece, FormatProblem } from './format-pieces.ts'

export interface NginxText {
  readonly pieces: readonly FormatPiece[]
  /** Undefined: the text does not say, which nginx takes for `default`. */
  readonly escape: 'default' | 'json' | 'none' | undefined
  readonly problems: readonly FormatProblem[]
}

interface Token extends Chars {
  readonly quote: '"' | "'" | undefined
}

const plain = (text: string, offset: number): Chars => ({
  text,
  at: Array.from({ length: text.length }, (_, i) => offset + i + 1),
})

const escapes: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n', '"': '"', "'": "'", '\\': '\\' }

/** Tokens as nginx reads its configuration: quoted pieces, words, comments; ended by `;`. */
const tokens = (source: string, from: number, say: (problem: FormatProblem) => void): readonly Token[] => {
  const found: Token[] = []
  let i = from
  while (i < source.length) {
    const c = source[i]!
    if (/\s/.test(c)) {
      i++
      continue
    }
    if (c === '#') {
      while (i < source.length && source[i] !== '\n') i++
      continue
    }
    if (c === ';') {
      const more = source.slice(i + 1).search(/[^\s;}]/)
      if (more >= 0)
        say({
          at: i + 2 + more,
          text: 'Text stands behind the end of the log_format',
          mend: 'Give one log_format only',
        })
      break
    }
    const quote = c === '"' || c === "'" ? c : undefined
    const start = i
    let text = ''
    const at: number[] = []
    if (quote !== undefined) i++
    for (; i < source.length; i++) {
      const d = source[i]!
      if (quote === undefined ? /[\s;]/.test(d) : d === quote) break
      const next = source[i + 1]
      at.push(i + 1)
      if (d === '\\' && next !== undefined && escapes[next] !== undefined) {
        text += escapes[next]
        i++
      } else text += d
    }
    if (quote !== undefined) {
      if (i >= source.length)
        say({ at: start + 1, text: `The quote ${quote} is not closed`, mend: `Write ${quote} behind the piece` })
      i++
    }
    found.push({ text, at, quote })
  }
  return found
}

/**
 * Whether the text is written as in nginx.conf, in quoted pieces; else it is the bare format. Double quotes are more
 * often part of a format (`"$request"`), so several pieces in them have to stand on lines of their own, and one alone
 * has to be more than a variable.
 */
const isQuoted = (text: string): boolean => {
  const body = text.trim().replace(/;$/, '').trimEnd()
  const piece = /^(?:'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*")(\s*)/
  const first = body[0]
  if ((first !== "'" && first !== '"') || /^"\$(\w+|\{\w+\})"$/.test(body)) return false
  let rest = body
  for (;;) {
    const found = piece.exec(rest)
    // A quote that nothing closes is one of nginx.conf if it is single; the reading of tokens says so.
    if (found === null) return first === "'"
    rest = rest.slice(found[0].length)
    if (rest === '') return true
    if (first === '"' && !found[1]!.includes('\n')) return false
  }
}

const variablesOf = ({ text, at }: Chars, say: (problem: FormatProblem) => void): readonly FormatPiece[] => {
  const pieces: FormatPiece[] = []
  for (let i = 0; i < text.length; ) {
    const dollar = text.indexOf('$', i)
    const literal = text.slice(i, dollar < 0 ? text.length : dollar)
    if (literal !== '') pieces.push({ literal, at: at[i]! })
    if (dollar < 0) break
    const named = /^\$(?:\{(\w*)(\}?)|(\w*))/.exec(text.slice(dollar))!
    const variable = named[1] ?? named[3] ?? ''
    const place = at[dollar]!
    i = dollar + named[0].length
    if (variable === '')
      say({
        at: place,
        text: 'A $ has no variable behind it',
        mend: 'Write the name of a variable, as $status; nginx has no way to log a $',
      })
    else if (named[1] !== undefined && named[2] === '')
      say({ at: place, text: `\${${variable} is not closed`, mend: `Write \${${variable}}` })
    else pieces.push({ variable: variable.toLowerCase(), at: place })
  }
  return pieces
}

const known = ['default', 'json', 'none'] as const

/**
 * Reads a `log_format` as it stands in nginx.conf: with or without `log_format NAME` before it, `escape=…`, in one or
 * several quoted pieces; or the bare format. (https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format)
 */
export const readNginxText = (source: string): NginxText => {
  const problems: FormatProblem[] = []
  const say = (problem: FormatProblem): void => void problems.push(problem)
  const head = /^\s*log_format(?![\w$])\s*/.exec(source)
  const start = head?.[0].length ?? 0
  let stated: NginxText['escape']
  const takeEscape = (name: string, at: number): void => {
    if ((known as readonly string[]).includes(name)) stated = name as NginxText['escape']
    else
      say({
        at,
        text: `nginx has no escape=${name}`,
        mend: `Write one of ${known.map((one) => `escape=${one}`).join(', ')}`,
      })
  }
  let parts: readonly Chars[]
  const option = /^\s*escape=(\S*?)(?=\s|;|$)\s*/.exec(source)
  const bareFrom = option?.[0].length ?? /^\s*/.exec(source)![0].length
  if (head !== null || isQuoted(source.slice(bareFrom))) {
    const all = tokens(source, start, say)
    const rest = head === null ? all : all.slice(1)
    if (head !== null && (all[0] === undefined || all[0].text.includes('$')))
      say({ at: start + 1, text: 'The log_format has no name', mend: 'Write log_format NAME before the format' })
    const first = rest[0]?.quote === undefined && rest[0]?.text.startsWith('escape=') ? rest[0] : undefined
    if (first !== undefined) takeEscape(first.text.slice(7), first.at[7] ?? first.at[0]! + 7)
    parts = first === undefined ? rest : rest.slice(1)
  } else {
    if (option !== null) takeEscape(option[1]!, option[0].indexOf('=') + 2)
    parts = [plain(source.slice(bareFrom).replace(/[\r\n]+$/, ''), bareFrom)]
  }
  const pieces = parts.flatMap((part) => variablesOf(part, say))
  if (problems.length === 0 && !pieces.some((piece) => 'variable' in piece))
    say({
      at: 1,
      text: 'The format has no variable',
      mend: "Give the text of nginx's log_format, as '$remote_addr [$time_local] $status', or of Apache's LogFormat",
    })
  return { pieces, escape: stated, problems }
}
