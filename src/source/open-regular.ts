import { type BigIntStats, closeSync, constants, fstatSync, openSync } from 'node:fs'

/** O_NONBLOCK: a FIFO put in the place of a file must not make the open wait for a writer. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Opens a regular file for reading. Throws the system's error; undefined where it is something else. */
export const openRegular = (path: string): { readonly fd: number; readonly stats: BigIntStats } | undefined => {
  const fd = openSync(path, flags)
  try {
    const stats = fstatSync(fd, { bigint: true })
    if (stats.isFile()) return { fd, stats }
  } catch (error) {
    closeSync(fd)
    throw error
  }
  closeSync(fd)
  return undefined
}
