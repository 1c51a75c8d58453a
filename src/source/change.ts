import { setTimeout as sleep } from 'node:timers/promises'
import { setHandle } from './handles.ts'
import type { Tailing } from './tailing.ts'

/** Changes that people make to what is known of a file, between two steps of reading. */
export interface FileChanges {
  readonly waiting: boolean
  add(key: string, task: () => Promise<void>, signal: AbortSignal): Promise<void>
  /** Makes the change that was asked for first. */
  run(tailing: Tailing, isClosed: () => boolean): Promise<void>
}

interface Change {
  readonly key: string
  readonly task: () => Promise<void>
  readonly signal: AbortSignal
  readonly done: PromiseWithResolvers<void>
}

const lookAgain = 20

export const createFileChanges = (): FileChanges => {
  const changes: Change[] = []
  const make = async (tailing: Tailing, { key, task, signal }: Change, isClosed: () => boolean): Promise<void> => {
    const file = tailing.byKey.get(key)
    // What is under way is committed by the delivery, which goes on meanwhile.
    while (file !== undefined && file.handedOut.length > 0) {
      await sleep(lookAgain)
      if (signal.aborted || isClosed()) throw new Error('what was read of the file is still to be delivered')
    }
    if (signal.aborted) throw new Error('given up')
    await task()
    if (file !== undefined) {
      setHandle(tailing, file, undefined)
      file.ended = true
      const at = tailing.files.indexOf(file)
      if (at !== -1) tailing.files.splice(at, 1)
      tailing.byKey.delete(key)
    }
    tailing.left.delete(key)
    tailing.marks.delete(key)
    tailing.missing.delete(key)
    tailing.held.clear()
    tailing.judged.clear()
    tailing.scanWanted = true
  }
  return {
    get waiting() {
      return changes.length > 0
    },
    add(key, task, signal) {
      const done = Promise.withResolvers<void>()
      const change = { key, task, signal, done }
      changes.push(change)
      signal.addEventListener(
        'abort',
        () => {
          const at = changes.indexOf(change)
          if (at === -1) return
          changes.splice(at, 1)
          done.reject(new Error('no more is read until the store takes what was read before'))
        },
        { once: true },
      )
      return done.promise
    },
    async run(tailing, isClosed) {
      const change = changes.shift()
      if (change === undefined) return
      await make(tailing, change, isClosed).then(change.done.resolve, change.done.reject)
    },
  }
}
