import { fstatSync, statSync } from 'node:fs'
import { end } from './ended.ts'
import { type Followed, isPending } from './followed.ts'
import { ensureOpen } from './handles.ts'
import { headOf, headSize, identityOf, idOf } from './identity.ts'
import { inPlace, isUnderWay, type Tailing } from './tailing.ts'

/** Milliseconds without growth after which a file that was put aside counts as finished; also what `isComplete` says. */
export const isFinished = ({ settle, hooks }: Tailing, file: Followed, now: number): boolean =>
  hooks.isComplete(file.path) || (file.aside && now - file.grownAt >= settle)

/** Looks at one file's end. The synchronous calls are on purpose: some microseconds, where the others take 30. */
export const look = (tailing: Tailing, file: Followed, now: number): void => {
  const stats =
    file.fd === undefined
      ? statSync(file.path, { bigint: true, throwIfNoEntry: false })
      : fstatSync(file.fd, { bigint: true })
  if (stats === undefined || (file.fd === undefined && idOf(identityOf(stats)) !== idOf(file.identity))) {
    if (file.unreachable) end(tailing, file)
    else tailing.scanWanted = true
    return
  }
  const size = tailing.hooks.visible(file.path, Number(stats.size))
  const modified = Number(stats.mtimeMs)
  // What was cut short or rewritten keeps the size it was last seen with in place, to say what is lost.
  if (size < file.size || (size > file.size && file.fd !== undefined && !inPlace(tailing, file))) file.cut = true
  // Written to, and as long as before: by something that writes it anew each time.
  else if (size === file.size && modified !== file.modified && ensureOpen(tailing, file) && !inPlace(tailing, file))
    file.cut = true
  else if (size > file.size) {
    file.size = size
    file.grownAt = now
    if (file.fd !== undefined) {
      file.seen = size
      tailing.context.generations.update(file.key, { size, ...longerHead(tailing, file) })
    }
  }
  file.modified = modified
  if (file.fd !== undefined && stats.nlink === 0n) file.deleted = file.aside = true
  if (!isPending(file)) file.cleanAt = now
}

const longerHead = ({ context }: Tailing, file: Followed): { readonly head?: Buffer } => {
  const known = context.generations.get(file.key)?.head
  if (known === undefined || known.length >= headSize || file.fd === undefined) return {}
  const head = headOf(file.fd)
  return head.length > known.length && head.subarray(0, known.length).equals(known) ? { head } : {}
}

/** Looks at the end of every file, and whether something calls for a look at the directories. */
export const lookAtAll = (tailing: Tailing, now: number): void => {
  for (const file of [...tailing.files]) {
    look(tailing, file, now)
    if (file.ended) continue
    // The name leads elsewhere now: rotated, or a link was turned.
    if (!file.unreachable && !file.aside && file.fd !== undefined) {
      const stats = statSync(file.path, { bigint: true, throwIfNoEntry: false })
      if (stats === undefined || idOf(identityOf(stats)) !== idOf(file.identity)) tailing.scanWanted = true
    }
    if (file.handedOut.length === 0) account(tailing, file)
    tidy(tailing, file, now)
  }
  for (const key of tailing.missing.keys()) if (!isUnderWay(tailing, key)) tailing.scanWanted = true
  for (const found of tailing.held.values()) if (sizeAt(found.path) !== found.size) tailing.scanWanted = true
  for (const found of tailing.waiting.values()) {
    const settled = found.size > 0 && now - found.modified >= tailing.settle
    if (settled || sizeAt(found.path) !== found.size) tailing.scanWanted = true
  }
}

const sizeAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? -1

/** Everything handed out of a file is committed: what was read of it is accounted for, separators too. */
export const account = ({ context }: Tailing, file: Followed): void => {
  const known = context.generations.get(file.key)
  if (known !== undefined && file.offset > known.closedTo && file.passed === undefined)
    context.generations.update(file.key, { closedTo: file.offset })
}

/** Lets go of a file that is gone, or complete and committed, once all of it was read. */
export const tidy = (tailing: Tailing, file: Followed, now: number): void => {
  const { hooks, context } = tailing
  // Complete is what was written since the last look, too: without that a segment would go with its last bytes unread.
  if (!file.ended && hooks.isComplete(file.path)) look(tailing, file, now)
  if (file.ended || file.offset < file.size) return
  if (hooks.isComplete(file.path)) {
    if (file.handedOut.length > 0) return
    if (hooks.done(file.path)) end(tailing, file)
  } else if ((file.deleted || file.unreachable) && (context.once || isFinished(tailing, file, now))) end(tailing, file)
}
