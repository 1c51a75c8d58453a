import { statSync } from 'node:fs'
import { makeDirectory } from '../durable/file.ts'
import { OperationError } from './control.ts'

const group = 0o020
const others = 0o002

/**
 * Makes the data directory, for this user alone. Raw records, dead letters and sessions lie there, and the socket that
 * asks nobody who he is: where others may write, nothing begins.
 */
export const prepareData = async (data: string): Promise<void> => {
  await makeDirectory(data, 0o700)
  if (process.platform === 'win32') return
  const { mode, uid } = statSync(data)
  if ((mode & (group | others)) === 0) return
  const who = (mode & others) === 0 ? 'its group' : 'everybody'
  throw new OperationError(
    2,
    `${data} may be written to by ${who} (mode ${(mode & 0o7777).toString(8)}): whoever can may act as this service. ${uid === process.getuid?.() ? `Run chmod go-w '${data}'` : `Let its owner run chmod go-w '${data}'`}, or name a directory inside it with --data, which is then made as it should be`,
  )
}
