/** Searches in parts of a large memory, where `indexOf` would run past the end of the part. */

/** Address of the first `needle` wholly inside `[start, end)`, −1 where there is none. */
export const findBytes = (bytes: Uint8Array, start: number, end: number, needle: Uint8Array): number => {
  const n = needle.length
  if (n === 0) return start <= end ? start : -1
  const first = needle[0]!
  const last = end - n
  for (let i = start; i <= last; i++) {
    if (bytes[i] !== first) continue
    let k = 1
    while (k < n && bytes[i + k] === needle[k]) k++
    if (k === n) return i
  }
  return -1
}

/** Whether `needle` stands at `at`, before `end`. */
const isAt = (bytes: Uint8Array, at: number, end: number, needle: Uint8Array): boolean => {
  const n = needle.length
  if (end - at < n) return false
  for (let k = 0; k < n; k++) if (bytes[at + k] !== needle[k]) return false
  return true
}

/** Below 0, 0 or above, as `[start, end)` orders before, with or after `other`, byte by byte. */
export const compareBytes = (bytes: Uint8Array, start: number, end: number, other: Uint8Array): number => {
  const n = Math.min(end - start, other.length)
  for (let k = 0; k < n; k++) {
    const difference = bytes[start + k]! - other[k]!
    if (difference !== 0) return difference
  }
  return end - start - other.length
}

/** Whether `[start, end)` is `parts` in order with anything between each two. */
export const fitsParts = (bytes: Uint8Array, start: number, end: number, parts: readonly Uint8Array[]): boolean => {
  const first = parts[0]!
  const last = parts[parts.length - 1]!
  if (end - start < first.length + last.length || !isAt(bytes, start, end, first)) return false
  const tail = end - last.length
  if (!isAt(bytes, tail, end, last)) return false
  let at = start + first.length
  for (let i = 1; i < parts.length - 1; i++) {
    const found = findBytes(bytes, at, tail, parts[i]!)
    if (found < 0) return false
    at = found + parts[i]!.length
  }
  return true
}

/** Whether UTF-8 text is at most `most` UTF-16 units long. */
export const isWithin = (bytes: Uint8Array, start: number, end: number, most: number): boolean => {
  if (end - start <= most) return true
  let units = 0
  for (let i = start; i < end && units <= most; i++) {
    const byte = bytes[i]!
    if (byte < 0x80 || byte >= 0xc0) units += byte >= 0xf0 ? 2 : 1
  }
  return units <= most
}
