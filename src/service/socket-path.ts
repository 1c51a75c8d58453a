import { openSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** A Unix socket's address holds 107 bytes and a zero. */
const most = 100

/**
 * An address for the socket `data/control.sock` that the system takes however deep the directory lies: the path, else
 * the path from here, else (Linux) through an open handle of the directory, which stays open with the process.
 */
export const socketPath = (data: string, name = 'control.sock'): string => {
  const path = join(data, name)
  if (Buffer.byteLength(path) <= most) return path
  const shorter = relative(process.cwd(), path)
  if (Buffer.byteLength(shorter) <= most) return shorter
  return join('/proc/self/fd', String(handleOf(dirname(path))), name)
}

const handles = new Map<string, number>()
const handleOf = (directory: string): number => {
  const known = handles.get(directory)
  if (known !== undefined) return known
  const handle = openSync(directory, 'r')
  handles.set(directory, handle)
  return handle
}
