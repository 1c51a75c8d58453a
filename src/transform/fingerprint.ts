import { createHash } from 'node:crypto'

/**
 * A statement with its values replaced, so that like statements can be counted together: pt-fingerprint's and
 * pt-query-digest's rules (their documentation and published test cases), so that both name a query alike.
 *
 * - `mysqldump`, `percona-toolkit`: what those programs send; `administrator command: Ping` stays as it is;
 *   `use ?`; `call name` without its arguments; a multi-row INSERT or REPLACE ends with its first row.
 * - Comments go (not `/*!…*​/`), white space is one space, all is lower case, `ASC` goes.
 * - Strings, numbers, `null`, `true`, `false` become `?`; what looks like part of a number does too, as theirs
 *   (`t1` is `t?`, `a-1` is `a?`); lists become `in(?+)`, `values(?+)`; `limit ?`; repeated unions are marked.
 *
 * Where those programs let a value through, this one does not: `0xFF` and `1E5` are numbers, a backslash ends no
 * string, a comment may hold quotes, a call ends at its first parenthesis, a statement cut off within a string still
 * ends in `?`. A trailing `;` goes.
 * One walk over the text, then searches that look at each place once: linear in its length, whatever it holds.
 */
export const fingerprint = (sql: string): string => special(sql) ?? finish(abstract(sql))

/** First 16 hex digits of the fingerprint's MD5, upper case, as pt-query-digest shows it. */
export const digest = (text: string): string => createHash('md5').update(text).digest('hex').slice(0, 16).toUpperCase()

const special = (sql: string): string | undefined => {
  const first = sql.charCodeAt(0) | 0x20
  if (first === 0x73 && sql.startsWith('SELECT /*!40001 SQL_NO_CACHE */ * FROM `')) return 'mysqldump'
  if ((first === 0x61 || first === 0x23) && /^(?:# )?administrator command: /.test(sql))
    return sql.replace(/^# /, '').replace(/;?\s*$/, '')
  if (sql.includes('/*') && /\/\*\w{1,64}\.\w{1,64}:[0-9]\/[0-9]\*\//.test(sql)) return 'percona-toolkit'
  if (first === 0x63 || (classOf(sql.charCodeAt(0)) & space) !== 0) {
    const call = /^\s*(call\s+[^\s(]+)\(/i.exec(sql)
    if (call !== null) return lowerAscii(call[1]!.replace(/\s+/g, ' '))
  }
  return undefined
}

const lowerAscii = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())

const space = 1
const word = 2
const digit = 4
const starts = 8
const continues = 16
const classes = new Uint8Array(128)
const mark = (text: string, bits: number): void => {
  for (let i = 0; i < text.length; i++) classes[text.charCodeAt(i)]! |= bits
}
mark(' \n\t\r\f', space)
mark('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789', word)
mark('0123456789', digit)
mark('0123456789+-', starts)
mark('0123456789abcdef.x+-', continues)

const classOf = (code: number): number => (code < 128 ? classes[code]! : 0)

let out = new Uint16Array(1 << 12)

const isInsert = /^(?:insert|replace)(?: ignore)?\s+into\s/i

const question = 0x3f
const [quote, doubleQuote, backtick, backslash] = [0x27, 0x22, 0x60, 0x5c]

/** Comments out, values to `?`, lower case, single spaces. */
const abstract = (sql: string): string => {
  const end = trimmedEnd(sql)
  if (out.length < end + 8) out = new Uint16Array(end * 2)
  lineStop = -1
  const insert = isInsert.test(sql.slice(0, 256))
  let to = 0
  let at = 0
  // Of an INSERT: whether VALUES was passed, and how deep in parentheses the walk is since.
  let values = false
  let depth = 0
  while (at < end) {
    const code = sql.charCodeAt(at)
    const kind = classOf(code)
    if ((kind & space) !== 0) {
      if (to > 0 && out[to - 1] !== 0x20) out[to++] = 0x20
      at++
    } else if (code === quote || code === doubleQuote) {
      at = stringEnd(sql, at, end)
      to = putValue(to)
    } else if (code === backtick) {
      at = putIdentifier(sql, at, end, to)
      to = reached
    } else if (isComment(sql, at, code, end)) at = commentEnd(sql, at, end)
    else if ((kind & starts) !== 0) {
      at = numberEnd(sql, at, end)
      to = putValue(to)
    } else if ((kind & word) !== 0 && !continuesWord(sql, at)) {
      const length = wordLength(sql, at, end)
      if (isConstant(sql, at, length)) {
        out[to++] = question
        at += length
      } else {
        if (insert && (length === 6 || length === 5) && /^values?$/i.test(sql.slice(at, at + length))) values = true
        out[to++] = code >= 65 && code <= 90 ? code | 0x20 : code
        at++
      }
    } else {
      out[to++] = code >= 65 && code <= 90 ? code | 0x20 : code
      at++
      if (!values) continue
      if (code === 0x28) depth++
      else if (code === 0x29 && --depth === 0 && nextRow.test(sql.slice(at, at + 64))) break
    }
  }
  return Buffer.from(out.buffer, 0, to * 2).toString('utf16le')
}

const nextRow = /^\s*,\s*\(/

/** Without white space and `;` at the end; a single space stays where a comment stood, as pt-fingerprint leaves it. */
const trimmedEnd = (sql: string): number => {
  let end = sql.length
  if (end > 0 && sql.charCodeAt(end - 1) === 0x0a) end--
  let at = end
  while (at > 0 && (classOf(sql.charCodeAt(at - 1)) & space) !== 0) at--
  return at > 0 && sql.charCodeAt(at - 1) === 0x3b ? at - 1 : end
}

/** A `?`; of a prefix or point directly before it (`x'1f'`, `.5`, `b?`) it takes the place. */
const putValue = (to: number): number => {
  const before = to > 0 ? out[to - 1]! : 0
  const at = before === 0x78 || before === 0x62 || before === 0x2e ? to - 1 : to
  out[at] = question
  return at + 1
}

const stringEnd = (sql: string, from: number, end: number): number => {
  const closing = sql.charCodeAt(from)
  let at = from + 1
  while (at < end) {
    const code = sql.charCodeAt(at++)
    if (code === closing) return at
    if (code === backslash) at++
  }
  return end
}

let reached = 0

/** An identifier in backticks: no comments or strings in it, but numbers as everywhere. Returns where it ends. */
const putIdentifier = (sql: string, from: number, end: number, start: number): number => {
  let to = start
  let at = from
  out[to++] = backtick
  at++
  while (at < end) {
    const code = sql.charCodeAt(at)
    if ((classOf(code) & starts) !== 0) {
      at = numberEnd(sql, at, end)
      to = putValue(to)
      continue
    }
    at++
    if ((classOf(code) & space) !== 0) {
      if (out[to - 1] !== 0x20) out[to++] = 0x20
    } else out[to++] = code >= 65 && code <= 90 ? code | 0x20 : code
    if (code === backtick) break
  }
  reached = to
  return at
}

const isComment = (sql: string, at: number, code: number, end: number): boolean => {
  if (code === 0x23) return true
  const next = sql.charCodeAt(at + 1)
  if (code === 0x2f) return next === 0x2a && sql.charCodeAt(at + 2) !== 0x21
  if (code !== 0x2d || next !== 0x2d) return false
  if (at + 2 >= end || (classOf(sql.charCodeAt(at + 2)) & space) !== 0) return true
  // `--x` is none in MySQL, but is to pt-fingerprint where no quote follows on the line.
  if (at + 2 < lineFrom || at + 2 > lineStop) {
    lineFrom = at + 2
    lineStop = lineFrom
    while (lineStop < end && !stopsLine(sql.charCodeAt(lineStop))) lineStop++
  }
  const stop = lineStop < end ? sql.charCodeAt(lineStop) : 0
  return stop !== quote && stop !== doubleQuote
}

// Between these no quote and no line end stands: remembered, so that a line full of `--` is searched once.
let lineFrom = 0
let lineStop = -1

const stopsLine = (code: number): boolean => code === 0x0a || code === 0x0d || code === quote || code === doubleQuote

const commentEnd = (sql: string, from: number, end: number): number => {
  if (sql.charCodeAt(from) === 0x2f) {
    const close = sql.indexOf('*/', from + 2)
    return close < 0 || close + 2 > end ? end : close + 2
  }
  let at = from
  while (at < end && sql.charCodeAt(at) !== 0x0a && sql.charCodeAt(at) !== 0x0d) at++
  return at
}

/** `0xFF`, `1.5E-3` as MySQL reads them at the start of a word; else any run of what may be in a number. */
const numberEnd = (sql: string, from: number, end: number): number => {
  let at = from + 1
  const first = sql.charCodeAt(from)
  if ((classOf(first) & digit) !== 0 && !continuesWord(sql, from)) {
    exact.lastIndex = from
    const match = exact.exec(sql)
    if (match !== null) at = Math.min(end, exact.lastIndex)
  }
  while (at < end) {
    const code = sql.charCodeAt(at)
    const more = (classOf(code) & continues) !== 0
    // A comment sign ends a number: `5-- five`.
    if (!more || (code === 0x2d && isComment(sql, at, code, end))) break
    at++
  }
  return at
}
const exact = /0x[0-9A-Fa-f]+\b|\d+(?:\.\d*)?E[+-]?\d+\b/y

const continuesWord = (sql: string, at: number): boolean => at > 0 && (classOf(sql.charCodeAt(at - 1)) & word) !== 0

const wordLength = (sql: string, from: number, end: number): number => {
  let at = from
  // Only short words matter; longer ones are told by their sixth letter.
  while (at < end && at - from < 7 && (classOf(sql.charCodeAt(at)) & word) !== 0) at++
  return at - from
}

const isConstant = (sql: string, at: number, length: number): boolean => {
  if (length !== 4 && length !== 5) return false
  const first = sql.charCodeAt(at) | 0x20
  if (first !== 0x6e && first !== 0x74 && first !== 0x66) return false
  const text = sql.slice(at, at + length).toLowerCase()
  return text === 'null' || text === 'true' || text === 'false'
}

/** What is done on the abstracted text: lists, unions, LIMIT, ASC, USE. */
const finish = (text: string): string => {
  if (text.startsWith('use ') && /^use \S+$/.test(text)) return 'use ?'
  let done = text.includes('(') ? text.replace(/\b(in|values?)(?:[ ,]*\([ ?,]*\))+/g, '$1(?+)') : text
  if (done.includes(' union')) done = markUnions(done)
  if (done.includes('limit ?')) done = done.replace(/\blimit \?(?:, ?\?| offset \?)?/, 'limit ?')
  const order = done.indexOf('order by ')
  if (order >= 0) done = done.slice(0, order) + done.slice(order).replace(/ asc\b/g, '')
  return done
}

/** Characters compared for repeated unions, by length of the text: keeps the search linear. */
const effort = 8

/** `select a union select a union select a` → `select a /*repeat union*​/`: parts that begin alike are one. */
const markUnions = (text: string): string => {
  let left = text.length * effort
  const pieces: string[] = []
  let from = 0
  const selects = /\bselect /g
  for (let match = selects.exec(text); match !== null; match = selects.exec(text)) {
    const begin = match.index
    const union = / union(?: all)? (?=select )/g
    union.lastIndex = begin + 7
    for (
      let next = union.exec(text), tries = 0;
      next !== null && tries < 8 && left > 0;
      next = union.exec(text), tries++
    ) {
      const part = text.slice(begin, next.index)
      let repeats: string | undefined
      let at = next.index
      for (;;) {
        repeated.lastIndex = at
        const sign = repeated.exec(text)
        left -= part.length
        if (sign === null || !text.startsWith(part, at + sign[0].length)) break
        repeats = sign[1]!
        at += sign[0].length + part.length
      }
      left -= next.index - begin
      if (repeats === undefined) continue
      pieces.push(text.slice(from, begin), part, ` /*repeat${repeats}*/`)
      from = at
      selects.lastIndex = at
      break
    }
    if (left <= 0) break
  }
  return pieces.join('') + text.slice(from)
}
const repeated = /( union(?: all)?) /y
