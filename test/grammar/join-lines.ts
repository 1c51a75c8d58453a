import type { Framing, LineReader } from '../../src/event/framing.ts'

/** A borrowed buffer with other bytes around the line, as a source hands it over. */
const tell = (reader: LineReader, line: Uint8Array, size: number): ReturnType<LineReader['starts']> => {
  const bytes = Buffer.concat([Buffer.from("\n#'"), line, Buffer.from("\n'x")])
  return reader.starts(bytes, 3, bytes.length - 3, size)
}
/** A blank line begins no record. */
const isBlank = (line: Uint8Array): boolean => line.every((b) => b === 32 || b === 9)
/** NUL bytes where a record may begin are a hole, and none of it. */
const behindHole = (line: Uint8Array): Uint8Array => line.subarray(line.findIndex((b) => b !== 0) >>> 0)

/**
 * The records of lines, each a list of them, by a source that has all of them: said the slow way. `sizes`: their bytes in the
 * file, line ends included; default: one more than they hold.
 */
export const joinLines = (
  framing: Framing,
  lines: readonly Uint8Array[],
  sizes: readonly number[] = lines.map(({ length }) => length + 1),
): readonly (readonly Uint8Array[])[] => {
  const records: Uint8Array[][] = []
  let reader: LineReader | undefined
  const begin = (i: number): void => {
    const whole = lines[i]!
    const line = behindHole(whole)
    const fresh = framing.begin()
    const isNone = isBlank(line) && (line.length === 0 || framing.translate === undefined)
    reader = isNone || tell(fresh, line, sizes[i]!) === 'between' ? undefined : fresh
    if (reader !== undefined) records.push([line])
  }
  for (let i = 0; i < lines.length || reader !== undefined; i++) {
    const starts =
      reader === undefined ? true : i < lines.length ? tell(reader, lines[i]!, sizes[i]!) : (reader.left?.() ?? 0)
    if (starts === false) records.at(-1)!.push(lines[i]!)
    else if (typeof starts === 'number' && starts > 0) {
      // Lines told since then, but for the one just told, were taken for text.
      records.at(-1)!.length -= starts
      i -= starts
      begin(i)
    } else if (starts === 'between' || i === lines.length) reader = undefined
    else begin(i)
  }
  return records
}
