import { closeSync } from 'node:fs'
import type { Followed } from './followed.ts'
import { identityOf, idOf } from './identity.ts'
import { openRegular } from './open-regular.ts'
import { cannotRead, type Tailing } from './tailing.ts'

/** Gives a followed file this handle; `undefined` only forgets the one it had, which is closed. */
export const setHandle = (tailing: Tailing, file: Followed, fd: number | undefined): void => {
  if (file.fd !== undefined && file.fd !== fd) closeSync(file.fd)
  file.fd = fd
  tailing.handles.delete(file)
  if (fd !== undefined) tailing.handles.add(file)
}

/** Opens a file whose handle was given up; false when its name no longer leads to it. What is used last is closed last. */
export const ensureOpen = (tailing: Tailing, file: Followed): boolean => {
  if (file.fd !== undefined) {
    tailing.handles.delete(file)
    tailing.handles.add(file)
    return true
  }
  limitOpen(tailing, tailing.maxOpen - 1)
  try {
    const opened = openRegular(file.path)
    if (opened !== undefined && idOf(identityOf(opened.stats)) === idOf(file.identity)) {
      setHandle(tailing, file, opened.fd)
      return true
    }
    if (opened !== undefined) closeSync(opened.fd)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') cannotRead(tailing, file.path, code ?? String(error))
  }
  return false
}

/** Closes the handles used longest ago, so that at most `most` files are open that could be opened again. */
export const limitOpen = (tailing: Tailing, most: number): void => {
  if (tailing.handles.size <= most) return
  const open = [...tailing.handles].filter((file) => !file.unreachable && !file.deleted)
  for (const file of open.slice(0, Math.max(0, open.length - most))) setHandle(tailing, file, undefined)
}
