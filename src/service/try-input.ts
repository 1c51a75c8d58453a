import { once } from 'node:events'
import { accessSync, constants, createReadStream, createWriteStream, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { OperationError } from './control.ts'

/** Whether it is a file rather than a pipe or device; throws where it cannot be read. */
const isRegular = (file: string): boolean => {
  try {
    accessSync(file, constants.R_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = { ENOENT: 'there is no such file', EACCES: 'permission denied' }[code ?? ''] ?? code
    throw new OperationError(3, `'${file}' cannot be read: ${why}`, { cause: error })
  }
  const stats = statSync(file)
  if (stats.isDirectory()) throw new OperationError(3, `'${file}' cannot be read: it is a directory`)
  return stats.isFile()
}

/** Where the bytes lie; standard input is kept in a file while it lasts, for offsets and line numbers. */
export const openInput = async (file: string | undefined, directory: string) => {
  if (file !== undefined && isRegular(file)) return { path: resolve(file) }
  // What is no file (a pipe, as of `<(zcat …)`) comes once and in order, as standard input does.
  const input = file === undefined ? process.stdin : createReadStream(file)
  const path = join(directory, 'standard-input')
  const copy = createWriteStream(path)
  await once(copy, 'open')
  let ended = false
  let wake = (): void => undefined
  input.on('data', (chunk) => {
    if (!copy.write(chunk, () => wake())) {
      input.pause()
      copy.once('drain', () => input.resume())
    }
  })
  input.once('end', () =>
    copy.end(() => {
      ended = true
      wake()
    }),
  )
  return {
    path,
    goesOn: () => !ended,
    wakeWith: (given: () => void) => {
      wake = given
    },
  }
}
