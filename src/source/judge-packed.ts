import { closeSync } from 'node:fs'
import type { Noticed } from './candidate.ts'
import { end as endFollowed } from './ended.ts'
import type { Followed } from './followed.ts'
import { type Generation, keepKnown } from './generation.ts'
import { ensureOpen } from './handles.ts'
import { bytesAt, guardAt, identityOf, idOf, sameHead } from './identity.ts'
import { leadsOutside } from './leads-outside.ts'
import { isForeign } from './note-packed.ts'
import { openRegular } from './open-regular.ts'
import { isAsideName, isPutAside, unpackedName } from './rotation.ts'
import { cannotRead, intact, isFollowed, offsetOf, sizeOf, type Tailing, tellOnce } from './tailing.ts'
import { type Measured, measure, packingOf, unpackedHead } from './unpack.ts'
import { followUnpacked } from './unpacked.ts'

const day = 86_400_000

/** Each day anew: what is known of it is kept while it is there. */
const judge = (tailing: Tailing, { identity, size, modified }: Noticed): void => {
  tailing.judged.set(idOf(identity), { size, modified, again: tailing.context.clock() + day, unsure: false })
}

const judgeLater = (tailing: Tailing, { identity, size, modified }: Noticed): void => {
  const again = tailing.context.clock() + tailing.settle
  tailing.judged.set(idOf(identity), { size, modified, again, unsure: true })
}

/** A start before this one found out what it holds, and all of that was read. */
const wasRead = (tailing: Tailing, { identity, size, modified }: Noticed): boolean => {
  const known = tailing.context.generations
    .index(tailing.name)
    .inFile(idOf(identity))
    .find(({ packed }) => packed?.size === size && packed.modified === modified)
  if (known === undefined || Math.max(offsetOf(tailing, known), known.closedTo) < known.size) return false
  keepKnown(tailing, known)
  return true
}

/** Finds out what the compressed file that was put aside first holds, and follows what of it was not read. */
export const judgePacked = async (tailing: Tailing): Promise<void> => {
  let first: Noticed | undefined
  for (const found of tailing.packed.values()) if (first === undefined || found.modified < first.modified) first = found
  if (first === undefined) return
  tailing.packed.delete(idOf(first.identity))
  if (wasRead(tailing, first)) return judge(tailing, first)
  let opened: ReturnType<typeof openRegular>
  try {
    opened = openRegular(first.path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && !first.outside) cannotRead(tailing, first.path, code ?? String(error))
    return
  }
  if (opened === undefined) return
  try {
    const same = idOf(identityOf(opened.stats)) === idOf(first.identity)
    if (!same || leadsOutside(tailing, { ...first, fd: opened.fd, head: Buffer.alloc(0) })) return
    await judgeOpen(tailing, first, opened.fd)
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException
    cannotRead(tailing, first.path, code)
    judgeLater(tailing, first)
  } finally {
    closeSync(opened.fd)
  }
}

const judgeOpen = async (tailing: Tailing, found: Noticed, fd: number): Promise<void> => {
  const { context } = tailing
  const packing = packingOf(bytesAt(fd, 0, 4))
  if (packing === undefined) {
    if (!found.outside) tellUnread(tailing, found)
    return judge(tailing, found)
  }
  tailing.unreadable.delete(found.path)
  const head = await unpackedHead(fd, packing)
  const index = context.generations.index(tailing.name)
  const alike = index.alike(head)
  const measured = await measure(fd, packing, offsetsOf(tailing, alike))
  const before = tailing.judged.get(idOf(found.identity))
  const settled = before?.unsure === true && before.size === found.size && before.modified === found.modified
  if (!measured.whole && !settled && !context.once) return judgeLater(tailing, found)
  if (!measured.whole)
    tellOnce(tailing, `damaged ${found.path}`, {
      kind: 'truncated',
      path: found.path,
      text: `${found.path} is damaged or ends too early; what could be unpacked of it is taken for the whole`,
    })
  if (measured.length === 0) return judge(tailing, found)
  const generation = findGeneration(tailing, found, head, alike, measured)
  if (generation === 'later') {
    tailing.packed.set(idOf(found.identity), found)
    return
  }
  if (generation === 'busy') return judgeLater(tailing, found)
  judge(tailing, found)
  if (generation === 'read' || (generation === undefined && isForeign(tailing, found))) return
  await followUnpacked(tailing, { found, fd, packing, head, measured, lenient: !measured.whole }, generation)
}

const tellUnread = (tailing: Tailing, { path }: Noticed): void =>
  tellOnce(tailing, `compressed ${path}`, {
    kind: 'unreadable',
    path,
    text: `${path} is compressed in a way that is not read here (gzip and zstd are); unpack it beside, or leave it out with exclude`,
  })

/** Of what is still written under its name, a file that goes on otherwise may only have begun alike. */
const isOldCopy = (file: Followed): boolean => file.aside || isAsideName(file.path)

/** Where the guards are to be known that tell which of these it is. */
const offsetsOf = (tailing: Tailing, alike: readonly Generation[]): number[] =>
  alike.flatMap((one) => {
    const file = tailing.byKey.get(one.key)
    const size = file?.ended === false && isOldCopy(file) ? [file.size] : []
    return [one.guard.offset, offsetOf(tailing, one), ...size]
  })

/**
 * The generation whose text it is, undefined for none; `read`: all of it was read or is going to be; `later`: a file that
 * may have been its original was cut short, renamed or removed since it was last looked at; `busy`: an older copy of it is
 * followed, of which something is under way.
 */
const findGeneration = (
  tailing: Tailing,
  found: Noticed,
  head: Buffer,
  alike: readonly Generation[],
  { length, end, guards }: Measured,
): Generation | 'read' | 'later' | 'busy' | undefined => {
  for (const { key } of alike) {
    const original = tailing.byKey.get(key)
    if (original === undefined || original.ended) continue
    if (!ensureOpen(tailing, original)) {
      if (tailing.unreadable.has(original.path)) continue
      tailing.scanWanted = true
      return 'later'
    }
    if (!intact(tailing, original)) {
      original.cut = true
      return 'later'
    }
    const size = sizeOf(tailing, original)
    if (length <= size && guardAt(original.fd!, length)?.crc === end.crc) return 'read'
    // A copy made before the last bytes were written: they are read here, under the same key.
    const known = isOldCopy(original) && length > size ? guards.get(size) : undefined
    if (known !== undefined && known.crc === guardAt(original.fd!, size)?.crc) {
      if (original.handedOut.length > 0) return 'busy'
      endFollowed(tailing, original)
      return tailing.context.generations.get(key)
    }
  }
  const gone = alike.filter(({ key }) => !isFollowed(tailing, key)).sort((a, b) => b.guard.offset - a.guard.offset)
  for (const generation of gone) {
    const offset = offsetOf(tailing, generation)
    const { guard } = generation
    const holds = guard.offset === 0 || guards.get(guard.offset)?.crc === guard.crc
    if (holds && length >= Math.max(offset, guard.offset, generation.head.length)) {
      if (length > offset) return generation
      remember(tailing, generation, found)
      return 'read'
    }
    const short = length < Math.max(offset, guard.offset)
    if (short && sameHead(head, generation.head) && isPutAside(unpackedName(found.path), generation.origin))
      return 'read'
  }
  return undefined
}

/** The next start need not unpack it again. */
const remember = ({ context }: Tailing, { key }: Generation, { path, identity, size, modified }: Noticed): void => {
  const { device, inode } = identity
  context.generations.update(key, { device, inode, path, packed: { size, modified } })
}
