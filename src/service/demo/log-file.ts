import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** A log that is appended to and rotated by renaming, as logrotate does by default. */
export interface LogFile {
  /** Takes lines; what a full disk refuses of them goes first the next time. Returns what was refused, if anything was. */
  append(text: string): unknown
  /** Bytes in the file. */
  readonly size: number
  /** `.1` is the newest of those put aside. */
  rotate(): void
  /** Up to `most` bytes of its end. */
  end(most: number): string
  close(): void
}

export const openLogFile = (path: string, keep: number): LogFile => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o750 })
  let fd = openSync(path, 'a+', 0o640)
  let rest = Buffer.alloc(0)
  const flush = (): unknown => {
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest))
      return undefined
    } catch (error) {
      return error
    }
  }
  const end = (most: number): string => {
    const { size } = fstatSync(fd)
    const held = Buffer.alloc(Math.min(most, size))
    const read = readSync(fd, held, 0, held.length, size - held.length)
    return held.toString('utf8', 0, read)
  }
  // Killed in the middle of a line: what follows must not become part of it.
  const last = end(1)
  if (last !== '' && last !== '\n') rest = Buffer.from('\n')
  return {
    append(text) {
      rest = rest.length === 0 ? Buffer.from(text) : Buffer.concat([rest, Buffer.from(text)])
      return flush()
    },
    get size() {
      return fstatSync(fd).size
    },
    rotate() {
      if (rest.length > 0) return
      try {
        rmSync(`${path}.${keep}`, { force: true })
        for (let i = keep - 1; i >= 0; i--) {
          const from = i === 0 ? path : `${path}.${i}`
          if (existsSync(from)) renameSync(from, `${path}.${i + 1}`)
        }
      } finally {
        closeSync(fd)
        fd = openSync(path, 'a+', 0o640)
      }
    },
    end,
    close: () => closeSync(fd),
  }
}
