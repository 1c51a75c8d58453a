import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Makes creations, renames and removals in a directory survive a power cut. Windows has no such call and needs none. */
export const fsyncDir = async (directory: string): Promise<void> => {
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Makes a directory and those above it. Not by Node's `recursive`, which never returns where the system says "no such
 * file" of a directory that may not be made, as below /proc.
 */
export const makeDirectory = async (path: string, mode: number): Promise<void> => {
  try {
    await mkdir(path, mode)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return
    const above = dirname(path)
    if (code !== 'ENOENT' || above === path || (await isThere(above))) throw error
    await makeDirectory(above, mode)
    await makeDirectory(path, mode)
  }
}

/**
 * The same, durably. A directory whose name is not on disk takes all that was synced in it along, so the name of the one
 * above is synced too: one of the two may be left from a start that did not come so far. What lies higher is the
 * caller's to have made so.
 */
export const makeDurableDirectory = async (path: string, mode: number): Promise<void> => {
  await makeDirectory(path, mode)
  const above = dirname(path)
  await fsyncDir(above)
  await fsyncDir(dirname(above))
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Writes all bytes at an offset: a system may take some of them only, as where its disk is nearly full. */
export const writeAll = async (file: Pick<FileHandle, 'write'>, bytes: Uint8Array, at: number): Promise<void> => {
  for (let written = 0; written < bytes.length; ) {
    written += (await file.write(bytes, written, bytes.length - written, at + written)).bytesWritten
  }
}

/**
 * Makes what is read of a file lasting. What a process wrote that was killed before it could sync is seen by the next,
 * but a power cut may still take it, and what was built on it would be wrong.
 */
export const fsyncFile = async (path: string): Promise<void> => {
  const handle = await open(path, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Replaces a file by `bytes` so that whoever opens it, also after a power cut, finds the whole old or the whole new
 * content. Throws the system's error and then leaves the old file as it was.
 */
export const writeAtomic = async (path: string, bytes: Uint8Array | string, mode = 0o600): Promise<void> => {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
  try {
    const handle = await open(temporary, 'w', mode)
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await fsyncDir(dirname(path))
}
