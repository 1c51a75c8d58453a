import { basename, dirname } from 'node:path'
import { here } from './world.ts'

type Listener = (event: 'change' | 'rename', name: string) => void

/** Who watches, in the present life. */
const watchers = new Set<{ readonly life: number; readonly directory: string; readonly tell: Listener }>()

/** Stands in for inotify: tells of a change a little later, or, as inotify does when its queue is full, not at all. */
export const watch = (directory: string, _: unknown, tell: Listener) => {
  const watcher = { life: here().life, directory, tell }
  watchers.add(watcher)
  const self = {
    on: () => self,
    close: () => watchers.delete(watcher),
  }
  return self
}

/** The disk tells of each change. */
export const changed = (path: string, event: 'change' | 'rename'): void => {
  const world = here()
  for (const watcher of watchers) {
    if (watcher.life !== world.life) watchers.delete(watcher)
    else if (dirname(path) === watcher.directory && !world.random.chance(0.1))
      world.after(world.random.next() * 20, () => watcher.tell(event, basename(path)), watcher.life)
  }
}
