import { linkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, type Server } from 'node:net'
import { join } from 'node:path'
import { socketPath } from './socket-path.ts'

/** Somebody else holds the data directory. */
export class Held extends Error {
  override readonly name = 'Held'
  readonly code = 'data_directory_held'
  readonly pid: string
  constructor(data: string, pid: string) {
    super(
      `${data} is in use by the Tailrace process ${pid}. Stop that one first, or give this one another directory with --data`,
    )
    this.pid = pid
  }
}

/** Whether something accepts connections at the socket: a killed process leaves the file, but nobody listening. */
export const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path)
    const end = (alive: boolean) => () => {
      socket.destroy()
      resolve(alive)
    }
    socket.setTimeout(2000, end(true))
    socket.once('connect', end(true))
    socket.once('error', end(false))
  })

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })

/**
 * Takes `data/control.sock` for this process. The socket itself is the lock: it is linked into place (which fails if
 * it is there), and one that nobody answers is taken away first.
 */
export const takeLock = async (
  data: string,
  server: Server,
  pidOf: (path: string) => Promise<string>,
): Promise<void> => {
  const path = socketPath(data)
  const mine = socketPath(data, `.control-${process.pid}.sock`)
  rmSync(mine, { force: true })
  await listen(server, mine)
  const { ino } = statSync(mine)
  for (let attempt = 0; ; attempt++) {
    try {
      linkSync(mine, path)
      if (statSync(path).ino === ino) break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 5) throw error
    }
    if (await answers(path)) {
      const pid = await pidOf(path).catch(() => 'unknown')
      server.close()
      rmSync(mine, { force: true })
      throw new Held(data, pid)
    }
    rmSync(path, { force: true })
  }
  rmSync(mine, { force: true })
  writeFileSync(join(data, 'lock'), `${process.pid}\n`)
}

/** What cannot be taken away, as on a disk that became read-only, is in nobody's way: no process answers there. */
export const dropLock = (data: string): void => {
  for (const name of ['control.sock', 'lock'])
    try {
      rmSync(join(data, name), { force: true })
    } catch {
      // Whoever starts next finds it so.
    }
}
