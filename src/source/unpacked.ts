import { closeSync, openSync, statfsSync, unlinkSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Noticed } from './candidate.ts'
import { follow, restOf, tellRegained } from './claim.ts'
import { createFollowed } from './followed.ts'
import { firstRegistered, type Generation, noGuard } from './generation.ts'
import { setHandle } from './handles.ts'
import { guardAt, guardSize } from './identity.ts'
import { markOf, offsetOf, type Tailing } from './tailing.ts'
import { type Measured, type Packing, unpack } from './unpack.ts'

export interface Unpacking {
  readonly found: Noticed
  readonly fd: number
  readonly packing: Packing
  readonly head: Buffer
  readonly measured: Measured
  readonly lenient: boolean
}

/**
 * Follows the text of a compressed file: the rest of a known generation, or a new one. Its text lies in a file without
 * a name, which is gone whatever happens, and holds only what is still to be read and what the guard needs.
 */
export const followUnpacked = async (
  tailing: Tailing,
  unpacking: Unpacking,
  known: Generation | undefined,
): Promise<void> => {
  const { context } = tailing
  const { found, measured, head } = unpacking
  const generation = known ?? (await register(tailing, unpacking))
  const offset = offsetOf(tailing, generation)
  const { path, identity, size, modified } = found
  const { device, inode } = identity
  const packed = { size, modified }
  const more = head.length > generation.head.length ? { head } : {}
  if (offset >= measured.length) {
    context.generations.update(generation.key, { gone: context.clock(), device, inode, path, packed, ...more })
    return
  }
  const fd = await unpackFrom(context.unpacked, unpacking, offset)
  const text = { identity, path, size: measured.length, modified }
  const { label } = tailing.hooks
  const guard = guardAt(fd, offset) ?? noGuard
  const file = createFollowed(generation, text, {
    mark: markOf(tailing, generation.key, offset),
    offset,
    guard,
    now: context.clock(),
    label,
  })
  file.aside = file.deleted = true
  if (known !== undefined) {
    if (!tailing.left.has(known.key) || file.rest > 0) file.doubtTo = measured.length
    file.rest = restOf(tailing, known, text)
  }
  tailing.missing.delete(generation.key)
  if (known !== undefined) tellRegained(tailing, known, text, offset)
  context.generations.update(generation.key, {
    device,
    inode,
    path,
    packed,
    size: Math.max(measured.length, generation.size),
    rest: file.rest,
    gone: 0,
    ...more,
  })
  setHandle(tailing, file, fd)
  follow(tailing, file)
}

const register = ({ context, name }: Tailing, unpacking: Unpacking): Promise<Generation> => {
  const { found, head, measured } = unpacking
  const { device, inode, birth } = found.identity
  const { path, origin, modified } = found
  const old = modified <= firstRegistered(context.generations.of(name))
  const begin = context.begin === 'end' && old ? measured.length : 0
  const size = measured.length
  return context.generations.register({ source: name, device, inode, birth, head, path, origin, begin, size })
}

/** So much of the beginning is kept, by which its format is told. */
const beginning = 65_536
/** Bytes of the disk left to others. */
const spare = 64 << 20

const unpackFrom = async (directory: string, unpacking: Unpacking, offset: number): Promise<number> => {
  const { found, packing, measured, lenient } = unpacking
  const from = Math.max(0, offset - guardSize)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const { bavail, bsize } = statfsSync(directory)
  if (bavail * bsize < measured.length - from + spare)
    throw Object.assign(new Error(), {
      code: `there is no room in ${directory} to unpack the ${measured.length - from} bytes of it that are not read yet`,
    })
  const temporary = join(directory, `${process.pid}-${found.identity.inode}.unpacked`)
  const fd = openSync(temporary, 'w+', 0o600)
  try {
    unlinkSync(temporary)
    let at = 0
    for await (const piece of unpack(unpacking.fd, packing, lenient)) {
      if (at < beginning) writeAll(fd, piece.subarray(0, beginning - at), at)
      const skip = Math.min(piece.length, Math.max(0, from - at))
      writeAll(fd, piece.subarray(skip), at + skip)
      at += piece.length
    }
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

const writeAll = (fd: number, bytes: Uint8Array, at: number): void => {
  for (let written = 0; written < bytes.length; )
    written += writeSync(fd, bytes, written, bytes.length - written, at + written)
}
