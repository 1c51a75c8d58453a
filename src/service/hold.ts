import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, createControl, OperationError } from './control.ts'
import { prepareData } from './data-directory.ts'
import { answers, dropLock, Held, takeLock } from './lock.ts'
import { socketPath } from './socket-path.ts'

/** Who holds a data directory: the service, or for a while a command that changes what lies there. */
interface Holder {
  readonly pid: number
  readonly command?: string
}

const holderOf = async (data: string): Promise<Holder | undefined> => {
  try {
    for await (const row of ask(data, 'pid', {})) return JSON.parse(row) as Holder
  } catch {
    // Gone between two words.
  }
  return undefined
}

const patience = 60_000

/** Takes the lock; one that a command holds is waited for. Throws `Held`. */
export const takeLockPatiently = async (data: string, control: Server): Promise<void> => {
  for (const until = Date.now() + patience; ; ) {
    try {
      await takeLock(data, control, async () => String((await holderOf(data))?.pid ?? 'unknown'))
      return
    } catch (error) {
      if (!(error instanceof Held) || Date.now() > until) throw error
      const holder = await holderOf(data)
      // Without an answer it is going just now.
      if (holder !== undefined && holder.command === undefined) throw error
      await sleep(100)
    }
  }
}

/** Resolves once no command holds the directory; true where the service does. */
export const isServed = async (data: string): Promise<boolean> => {
  for (const until = Date.now() + patience; ; ) {
    if (!(await answers(socketPath(data)))) return false
    const holder = await holderOf(data)
    if (holder !== undefined && holder.command === undefined) return true
    if (Date.now() > until)
      throw new OperationError(
        3,
        `${holder === undefined ? 'a process' : `'${holder.command}' (process ${holder.pid})`} has held ${data} for a minute; ask again`,
      )
    await sleep(100)
  }
}

/** Holds a data directory for a command that changes what lies there. */
export const hold = async (data: string, command: string): Promise<{ release(): void }> => {
  await prepareData(data)
  const control = createControl(async function* (name) {
    if (name !== 'pid') throw new OperationError(3, `'${command}' is at work in ${data}; ask again when it has ended`)
    yield { pid: process.pid, command }
  })
  try {
    await takeLockPatiently(data, control)
  } catch (error) {
    if (error instanceof Held) throw new OperationError(3, error.message, { cause: error })
    throw error
  }
  return {
    release() {
      // First: whoever finds the socket there but nobody behind it would take its place, and lose it to this.
      dropLock(data)
      control.closeAllConnections()
      control.close()
    },
  }
}
