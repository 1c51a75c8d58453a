/**
 * A path with what identifies single things replaced, so that paths can be counted: `/orders/{id}`. Works on ASCII
 * classes of bytes; each segment by itself:
 *
 * | segment | becomes |
 * | --- | --- |
 * | digits; a UUID; 8 or more hex digits of which one is a decimal digit | `{id}` |
 * | a date: `2024-11-23`, `20241123`, `2024-11`, also with `_` | `{date}` |
 * | 20 or more letters and digits, mixed (base64, tokens, signatures); anything over 64 bytes | `{token}` |
 * | percent-encoded or other than ASCII (titles, names, Chinese) | `{text}` |
 * | words joined by `-`, `_`, `.`, `~`, `,` | each word by these rules: `order-{id}`, `app.{id}.js` |
 * | a word ending in 4 digits or more | the word's letters and `{id}`: `ORD{id}` |
 * | versions (`v1`, `v2.1`, `1.0`, `2.0.1`), other words | as it is |
 *
 * What follows `;` in a segment (`;jsessionid=…`), `?` or `#` is left out, repeated slashes are one, and beyond the
 * eighth segment stands `{rest}`.
 */
export const writeTemplate = (bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number => {
  let to = at
  let from = start
  let segments = 0
  while (from < end) {
    if (bytes[from] === slash) {
      if (to === at || out[to - 1] !== slash) out[to++] = slash
      from++
      continue
    }
    let stop = from
    while (stop < end && bytes[stop] !== slash && bytes[stop] !== query && bytes[stop] !== hash) stop++
    if (++segments > 8) return put(rest, out, to)
    to = writeSegment(bytes, from, stop, out, to)
    if (stop < end && bytes[stop] !== slash) return to
    from = stop
  }
  return to
}

/** No template of a path of `length` bytes is longer: eight segments of at most 64 bytes, each byte of them `{id}` at worst. */
export const templateBound = (length: number): number => Math.min(length * 4 + 16, 2560)

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const [id, date, token, text, rest] = ['{id}', '{date}', '{token}', '{text}', '{rest}'].map(ascii) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
]
const [slash, query, hash, semicolon, dash] = [0x2f, 0x3f, 0x23, 0x3b, 0x2d]

const digit = 1
const hexLetter = 2
const letter = 4
const joint = 8
const foreign = 16
const classes = new Uint8Array(256).fill(foreign, 128)
for (const byte of ascii('0123456789')) classes[byte] = digit
for (const byte of ascii('ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ')) classes[byte] = letter
for (const byte of ascii('abcdefABCDEF')) classes[byte] = letter | hexLetter
for (const byte of ascii('-_.~,')) classes[byte] = joint
classes[0x25] = foreign

const put = (mark: Uint8Array, out: Uint8Array, at: number): number => {
  for (let i = 0; i < mark.length; i++) out[at + i] = mark[i]!
  return at + mark.length
}
const copy = (bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number => {
  for (let i = start; i < end; i++) out[at + i - start] = bytes[i]!
  return at + end - start
}

const writeSegment = (bytes: Uint8Array, start: number, segmentEnd: number, out: Uint8Array, at: number): number => {
  let seen = 0
  let joints = 0
  let end = start
  for (; end < segmentEnd && bytes[end] !== semicolon; end++) {
    const of = classes[bytes[end]!]!
    seen |= of
    if (of === joint) joints++
  }
  if ((seen & foreign) !== 0) return put(text, out, at)
  if (end - start > 64) return put(token, out, at)
  if ((seen & digit) === 0) return copy(bytes, start, end, out, at)
  if (joints === 0) return writeWord(bytes, start, end, out, at)
  if (isUuid(bytes, start, end)) return put(id, out, at)
  if (isDate(bytes, start, end)) return put(date, out, at)
  if (isVersion(bytes, start, end)) return copy(bytes, start, end, out, at)
  if (isToken(bytes, start, end)) return put(token, out, at)
  let to = at
  let from = start
  while (from < end) {
    let stop = from
    while (stop < end && classes[bytes[stop]!] !== joint) stop++
    to = writeWord(bytes, from, stop, out, to)
    if (stop < end) out[to++] = bytes[stop++]!
    from = stop
  }
  return to
}

const writeWord = (bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number => {
  let digits = 0
  let hexes = 0
  let tail = 0
  for (let i = start; i < end; i++) {
    const of = classes[bytes[i]!]!
    if (of === digit) {
      digits++
      tail++
    } else tail = 0
    if ((of & (digit | hexLetter)) !== 0) hexes++
  }
  const length = end - start
  if (digits === 0) return copy(bytes, start, end, out, at)
  if (digits === length) return put(length === 8 && isDate(bytes, start, end) ? date : id, out, at)
  if (hexes === length && length >= 8) return put(id, out, at)
  if (length >= 20) return put(token, out, at)
  if (tail >= 4) return put(id, out, copy(bytes, start, end - tail, out, at))
  return copy(bytes, start, end, out, at)
}

const isUuid = (bytes: Uint8Array, start: number, end: number): boolean => {
  if (end - start !== 36) return false
  for (let i = 0; i < 36; i++) {
    const isDash = i === 8 || i === 13 || i === 18 || i === 23
    if (isDash ? bytes[start + i] !== dash : (classes[bytes[start + i]!]! & (digit | hexLetter)) === 0) return false
  }
  return true
}

/** Years 1900–2099, months 1–12, days 1–31, with or without `-` or `_` between; the day may be missing where there is. */
const isDate = (bytes: Uint8Array, start: number, end: number): boolean => {
  const number = (from: number, count: number): number => {
    let value = 0
    for (let i = from; i < from + count; i++) {
      if (i >= end || classes[bytes[i]!] !== digit) return -1
      value = value * 10 + bytes[i]! - 0x30
    }
    return value
  }
  const year = number(start, 4)
  if (year < 1900 || year > 2099) return false
  const between = classes[bytes[start + 4]!] === joint ? 1 : 0
  const month = number(start + 4 + between, 2)
  if (month < 1 || month > 12) return false
  const after = start + 6 + between
  if (after === end) return between === 1
  if (between === 1 && bytes[after] !== bytes[start + 4]) return false
  const day = number(after + between, 2)
  return day >= 1 && day <= 31 && after + between + 2 === end
}

/** `v2.1`, `1.0`, `2.0.1`: up to three numbers of up to three digits, joined by dots. */
const isVersion = (bytes: Uint8Array, start: number, end: number): boolean => {
  let numbers = 0
  let digits = 0
  for (let i = (bytes[start]! | 0x20) === 0x76 ? start + 1 : start; i < end; i++) {
    if (classes[bytes[i]!] === digit) {
      if (digits++ === 0) numbers++
      if (digits > 3) return false
    } else if (bytes[i] === 0x2e && digits > 0) digits = 0
    else return false
  }
  return digits > 0 && numbers <= 3
}

/** Base64url and its like: 20 or more with both cases and digits, and no word of it short enough to be one. */
const isToken = (bytes: Uint8Array, start: number, end: number): boolean => {
  if (end - start < 20) return false
  let digits = 0
  let changes = 0
  let before = 0
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!
    const of = byte >= 0x30 && byte <= 0x39 ? 1 : byte >= 0x41 && byte <= 0x5a ? 2 : byte >= 0x61 ? 3 : 4
    if (of === 1) digits++
    if (of !== before) changes++
    before = of
  }
  return digits >= 2 && changes * 3 >= end - start
}
