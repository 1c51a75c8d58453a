import { type FSWatcher, statSync, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { identityOf, idOf } from './identity.ts'

export interface Watching {
  /** False once the system refused to watch (too many watches): only looking again finds what is new. */
  readonly works: boolean
  /** Watches these directories and no others; of one that is not there, what it will appear in. True: some are new. */
  keep(directories: ReadonlySet<string>): boolean
  close(): void
}

interface Watched {
  readonly id: string
  readonly watcher: FSWatcher
}

const idAt = (directory: string): string | undefined => {
  try {
    const stats = statSync(directory, { bigint: true, throwIfNoEntry: false })
    return stats?.isDirectory() === true ? idOf(identityOf(stats)) : undefined
  } catch {
    return undefined
  }
}

const nearest = (directory: string): string => {
  let at = directory
  while (idAt(at) === undefined && dirname(at) !== at) at = dirname(at)
  return at
}

/**
 * Wakes on changes in directories, one watch for each, however many files there are. An event only says that it is worth
 * looking: `changed` for a path that was written to, `moved` for anything that appeared or went. Never which file is which.
 */
export const watchDirectories = (on: {
  readonly changed: (path: string) => void
  readonly moved: () => void
  readonly failed: (error: unknown) => void
}): Watching => {
  const watched = new Map<string, Watched>()
  let works = true
  const failed = (error: unknown): void => {
    if (works) on.failed(error)
    works = false
  }
  const drop = (directory: string): void => {
    watched.get(directory)?.watcher.close()
    watched.delete(directory)
  }
  const begin = (directory: string, id: string): void => {
    try {
      const watcher = watch(directory, { persistent: false }, (event, name) => {
        if (event === 'change' && name !== null) on.changed(join(directory, name))
        else on.moved()
      })
      watcher.on('error', () => {
        // Gone, or no longer to be read: the next look at the directories says which.
        drop(directory)
        on.moved()
      })
      watched.set(directory, { id, watcher })
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOSPC' || code === 'EMFILE') failed(error)
    }
  }
  return {
    get works() {
      return works
    },
    keep(directories) {
      const wanted = new Set([...directories].map(nearest))
      for (const directory of watched.keys()) if (!wanted.has(directory)) drop(directory)
      let fresh = false
      for (const directory of wanted) {
        const id = idAt(directory)
        // The same name may be another directory now.
        if (watched.get(directory)?.id === id) continue
        drop(directory)
        if (id === undefined) continue
        begin(directory, id)
        fresh ||= watched.has(directory)
      }
      return fresh
    },
    close() {
      for (const directory of [...watched.keys()]) drop(directory)
    },
  }
}
