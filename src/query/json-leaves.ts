/** Told the text of a leaf: unescaped where it is a string, as written where it is a number, `true` or `false`. */
export type LeafTest = (bytes: Uint8Array, start: number, end: number) => boolean

const decoder = new TextDecoder()
const encoder = new TextEncoder()
const quote = 0x22
const backslash = 0x5c
const dot = 0x2e

const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

const skipBlank = (bytes: Uint8Array, from: number): number => {
  let i = from
  while (isBlank(bytes[i]!)) i++
  return i
}

/** From the opening quote to behind the closing one. */
const stringEnd = (bytes: Uint8Array, from: number): number => {
  let i = from + 1
  while (bytes[i] !== quote) i += bytes[i] === backslash ? 2 : 1
  return i + 1
}

/** Behind the value that begins at `from`. */
const valueEnd = (bytes: Uint8Array, from: number, end: number): number => {
  let depth = 0
  let i = from
  while (i < end) {
    const byte = bytes[i]!
    if (byte === quote) {
      i = stringEnd(bytes, i)
      if (depth === 0) return i
      continue
    }
    if (byte === 0x7b || byte === 0x5b) depth++
    else if (byte === 0x7d || byte === 0x5d) {
      if (depth === 0) return i
      if (--depth === 0) return i + 1
    } else if (depth === 0 && (byte === 0x2c || isBlank(byte))) return i
    i++
  }
  return i
}

const unescaped = (bytes: Uint8Array, start: number, end: number): Uint8Array | undefined => {
  for (let i = start + 1; i < end - 1; i++)
    if (bytes[i] === backslash) return encoder.encode(JSON.parse(decoder.decode(bytes.slice(start, end))) as string)
  return undefined
}

const scalarFits = (bytes: Uint8Array, start: number, end: number, test: LeafTest): boolean => {
  if (bytes[start] === 0x6e) return false
  if (bytes[start] !== quote) return test(bytes, start, end)
  const text = unescaped(bytes, start, end)
  return text === undefined ? test(bytes, start + 1, end - 1) : test(text, 0, text.length)
}

/**
 * Whether a leaf of the well-formed JSON value `[start, end)` fits `test`: the leaves at `path` (dots between keys,
 * which may hold dots themselves; every element of an array counts), or all of them where `path` is empty. `at` is
 * how much of the path lies above the value, −1 at the root. Nulls are no leaves.
 */
export const someLeaf = (
  bytes: Uint8Array,
  start: number,
  end: number,
  path: Uint8Array,
  at: number,
  test: LeafTest,
): boolean => {
  let i = skipBlank(bytes, start)
  const opening = bytes[i]
  if (opening === 0x5b) {
    i = skipBlank(bytes, i + 1)
    while (i < end && bytes[i] !== 0x5d) {
      const stop = valueEnd(bytes, i, end)
      if (someLeaf(bytes, i, stop, path, at, test)) return true
      i = skipBlank(bytes, stop)
      if (bytes[i] === 0x2c) i = skipBlank(bytes, i + 1)
    }
    return false
  }
  if (opening !== 0x7b)
    return (path.length === 0 || at === path.length) && scalarFits(bytes, i, valueEnd(bytes, i, end), test)
  if (path.length > 0 && at === path.length) return false
  i = skipBlank(bytes, i + 1)
  while (i < end && bytes[i] !== 0x7d) {
    const keyEnd = stringEnd(bytes, i)
    const key = unescaped(bytes, i, keyEnd)
    const from = skipBlank(bytes, skipBlank(bytes, keyEnd) + 1)
    const stop = valueEnd(bytes, from, end)
    if (
      key === undefined
        ? memberFits(bytes, i + 1, keyEnd - 1, bytes, from, stop, path, at, test)
        : memberFits(key, 0, key.length, bytes, from, stop, path, at, test)
    )
      return true
    i = skipBlank(bytes, stop)
    if (bytes[i] === 0x2c) i = skipBlank(bytes, i + 1)
  }
  return false
}

/** The same for one member: its key, unescaped, and its value. */
export const memberFits = (
  keys: Uint8Array,
  keyStart: number,
  keyEnd: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  path: Uint8Array,
  at: number,
  test: LeafTest,
): boolean => {
  if (path.length === 0) return someLeaf(bytes, start, end, path, -1, test)
  const from = at + 1
  const to = from + keyEnd - keyStart
  if (to > path.length || (to < path.length && path[to] !== dot)) return false
  for (let k = keyStart, p = from; k < keyEnd; ) if (keys[k++] !== path[p++]) return false
  return someLeaf(bytes, start, end, path, to, test)
}
