const common = ['stdout', 'stderr'].map((name) => ({ name, bytes: Buffer.from(name) }))
const longest = 64

/** The name of a stream, without making a string of the usual ones. */
export const streamName = (bytes: Uint8Array, start: number, end: number): string => {
  for (const { name, bytes: spelled } of common) {
    if (spelled.length !== end - start) continue
    let i = 0
    while (i < spelled.length && spelled[i] === bytes[start + i]) i++
    if (i === spelled.length) return name
  }
  return Buffer.from(bytes.slice(start, Math.min(end, start + longest))).toString('utf8')
}
