import { closeSync } from 'node:fs'
import type { Generation } from './generation.ts'
import { bytesAt, headOf, isGeneration, sameHead } from './identity.ts'
import { openRegular } from './open-regular.ts'
import { measure, packingOf, unpackedHead } from './unpack.ts'

/** What a file a person names would give to a generation that was read up to `offset`. */
export type Adoption = { readonly size: number } | { readonly refused: string }

/** Whether a file, plain or compressed, holds what was read of a generation and more. Throws the system's error. */
export const adoption = async (generation: Generation, offset: number, path: string): Promise<Adoption> => {
  const opened = openRegular(path)
  if (opened === undefined) return { refused: `${path} is no regular file` }
  const { fd, stats } = opened
  try {
    const packing = packingOf(bytesAt(fd, 0, 4))
    const { guard } = generation
    const head = packing === undefined ? headOf(fd) : await unpackedHead(fd, packing)
    if (!sameHead(head, generation.head)) return { refused: `${path} does not begin as ${generation.path} did` }
    const { length, guards } =
      packing === undefined
        ? { length: Number(stats.size), guards: undefined }
        : await measure(fd, packing, [guard.offset])
    if (length <= offset)
      return { refused: `${path} holds ${length} bytes, and ${generation.path} was read up to byte ${offset}` }
    const holds =
      guards === undefined
        ? isGeneration(fd, length, head, generation, offset)
        : guard.offset === 0 || guards.get(guard.offset)?.crc === guard.crc
    return holds ? { size: length } : { refused: `${path} is another file before byte ${guard.offset}` }
  } finally {
    closeSync(fd)
  }
}
