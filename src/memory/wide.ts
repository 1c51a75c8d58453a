/**
 * Copies bytes [start, end) of `from` to `at` of `to`, eight at a time, and returns where they end. Up to seven bytes
 * behind either end are read and written too, so what lies there is written afterwards or is slack (every lease has
 * some behind it). Measured for 30 bytes: 6 ns; a loop over bytes 15 ns, `copyWithin` 27 ns, `Buffer.copy` 39 ns. Pairs of
 * `getFloat64` and `setFloat64` would be as fast but may change bits of what is no number.
 */
export const copyWide = (from: DataView, start: number, end: number, to: DataView, at: number): number => {
  const stop = at + (end - start)
  for (let read = start, write = at; write < stop; read += 8, write += 8)
    to.setBigInt64(write, from.getBigInt64(read, true), true)
  return stop
}

/** A byte four times, as `findEither` takes it. */
export const fourfold = (byte: number): number => Math.imul(byte, 0x01010101)

/** The lowest set bit of what `zeroBytes` gives is that of the first zero byte; bytes behind it may be marked for nothing. */
const zeroBytes = (four: number): number => (four - 0x01010101) & ~four & 0x80808080

/** Which byte of four the lowest set bit lies in. */
export const firstByte = (marks: number): number => (31 - Math.clz32(marks & -marks)) >> 3

/**
 * Where the first byte of [from, to) lies that is one of two, both given `fourfold`; `to` where there is none. Four
 * bytes at a time: three times as fast as a loop from twenty bytes on.
 */
export const findEither = (view: DataView, from: number, to: number, one: number, other: number): number => {
  // Behind `to` is read, but not behind the memory.
  const wide = Math.min(to, view.byteLength - 7)
  let at = from
  for (; at < wide; at += 8) {
    const low = view.getInt32(at, true)
    const high = view.getInt32(at + 4, true)
    const inLow = zeroBytes(low ^ one) | zeroBytes(low ^ other)
    const inHigh = zeroBytes(high ^ one) | zeroBytes(high ^ other)
    if ((inLow | inHigh) === 0) continue
    const found = inLow === 0 ? at + 4 + firstByte(inHigh) : at + firstByte(inLow)
    return Math.min(found, to)
  }
  while (at < to && view.getUint8(at) !== (one & 255) && view.getUint8(at) !== (other & 255)) at++
  return Math.min(at, to)
}
