import { basename, dirname, extname, join } from 'node:path'

/**
 * Names that programs and logrotate give to what they put aside, for a file `app.log`: `app.log.1`, `app.log-20261123`,
 * `app.log.2026-11-23`, `app.log.old`, and with the date before the extension `app-2026-11-23.log`.
 */
const ending = /^[._-](\d{1,10}|\d{4}[-_.]?\d{2}[-_.]?\d{2}([-_.T]?\d{2,6})*|old|bak|prev)$/
const date = /^[._-]\d{4}[-_.]?\d{2}[-_.]?\d{2}([-_.T]?\d{1,6})*$/

/** Whether `path` lies beside `base` under a name made from its own by rotation. */
export const isRotationOf = (path: string, base: string): boolean => {
  if (dirname(path) !== dirname(base)) return false
  const name = basename(path)
  const live = basename(base)
  if (name.startsWith(live)) return ending.test(name.slice(live.length))
  const extension = extname(live)
  const stem = live.slice(0, live.length - extension.length)
  if (extension === '' || !name.startsWith(stem) || !name.endsWith(extension)) return false
  return date.test(name.slice(stem.length, name.length - extension.length))
}

/** The paths that rotation may have given this name to. */
export const rotatedFrom = (path: string): readonly string[] => {
  const name = basename(path)
  const extension = extname(name)
  const bases: string[] = []
  for (const { index } of name.matchAll(/[._-]/g)) {
    bases.push(name.slice(0, index))
    if (extension !== '') bases.push(name.slice(0, index) + extension)
  }
  return bases.map((base) => join(dirname(path), base)).filter((base) => isRotationOf(path, base))
}

/** Whether two names may be those of one file, put aside under the first; the other may itself be such a name. */
export const isPutAside = (path: string, known: string): boolean =>
  [known, ...rotatedFrom(known)].some((base) => isRotationOf(path, base))

/** Whether a name is one of a file put aside, whatever was known of it; one with a date before its extension may be written to. */
export const isAsideName = (path: string): boolean => rotatedFrom(path).some((base) => path.startsWith(base))

/** The name that a compressed file had before, or would have unpacked. */
export const unpackedName = (path: string): string => path.replace(/\.(gz|zst|xz|bz2|lz4)$/, '')

/** Compressed by name or by first bytes (gzip, zstd, xz, bzip2): never text. */
export const isCompressed = (path: string, head: Uint8Array = new Uint8Array(0)): boolean =>
  /\.(gz|zst|xz|bz2|lz4)$/.test(path) ||
  (head[0] === 0x1f && head[1] === 0x8b) ||
  (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) ||
  (head[0] === 0xfd && head[1] === 0x37 && head[2] === 0x7a && head[3] === 0x58) ||
  (head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68)
