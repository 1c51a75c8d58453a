import type { LineReader } from '../event/framing.ts'

/** A reader under which a record has at most `most` lines: the one behind them begins another. */
export const limitLines =
  (begin: () => LineReader, most: number | undefined): (() => LineReader) =>
  () => {
    const reader = begin()
    if (most === undefined) return reader
    let lines = 0
    return {
      ...reader,
      starts(bytes, start, end) {
        const told = reader.starts(bytes, start, end)
        if (told !== false) lines = 1
        else if (++lines > most) {
          lines = 1
          return true
        }
        return told
      },
    }
  }
