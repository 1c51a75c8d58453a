import type { Followed } from './followed.ts'
import { setHandle } from './handles.ts'
import type { Tailing } from './tailing.ts'

export const stateLost = (tailing: Tailing, key: string, path: string, from: number, to: number): void => {
  tailing.context.report({
    kind: 'lost',
    path,
    text: `${to - from} bytes of ${path} (from ${from} to ${to}) were gone before they could be read, and no copy holds them`,
    lost: { key, from, to },
  })
}

/** Stops following; the tombstone stays, and what is unread is looked for a while before it is stated lost. */
export const end = (tailing: Tailing, file: Followed): void => {
  const { context } = tailing
  setHandle(tailing, file, undefined)
  file.ended = true
  tailing.left.set(file.key, file.offset)
  if (file.handedOut.length === 0 && file.offset === file.size)
    context.generations.update(file.key, { closedTo: file.offset })
  if (file.offset < file.size || file.rest > 0) tailing.missing.set(file.key, context.clock())
  const at = tailing.files.indexOf(file)
  if (at !== -1) tailing.files.splice(at, 1)
  if (file.handedOut.length === 0) tailing.byKey.delete(file.key)
  const size = Math.max(file.size, file.rest)
  // The store is still to be asked what it holds behind the end of that file.
  context.generations.update(file.key, file.rest > 0 ? { size } : { size, gone: context.clock() })
}
