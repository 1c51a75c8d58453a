/** Tells soon that one of some files changed, where the system can: whoever needs to be sure looks by himself as well. */
export interface FileWatch {
  /** Watches these files and no others; one that is not there is told of when it appears. */
  keep(paths: readonly string[]): void
  close(): Promise<void>
}

/** A file that is still being written is not told of: its size has to stay as it is for so many milliseconds. */
const settled = { stabilityThreshold: 200, pollInterval: 50 }

export const watchFiles = async (changed: () => void): Promise<FileWatch> => {
  const { watch } = await import('chokidar')
  const watcher = watch([], { persistent: false, ignoreInitial: true, awaitWriteFinish: settled })
  watcher.on('all', changed)
  // Too many watches, or a file system without any: looking finds it later.
  watcher.on('error', () => undefined)
  let kept: ReadonlySet<string> = new Set()
  return {
    keep(paths) {
      const wanted = new Set(paths)
      const gone = [...kept].filter((path) => !wanted.has(path))
      const fresh = paths.filter((path) => !kept.has(path))
      if (gone.length > 0) watcher.unwatch(gone)
      if (fresh.length > 0) watcher.add(fresh)
      kept = wanted
    },
    close: () => watcher.close(),
  }
}
