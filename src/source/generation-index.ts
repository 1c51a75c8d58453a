import type { Generation } from './generation.ts'
import { createHeadIndex, type HeadIndex } from './head-index.ts'
import { idOf } from './identity.ts'

/** The generations of one source, found by what a file shows of itself; many thousands of files are asked about at once. */
export interface GenerationIndex {
  /** Also replaces what was known under its key. */
  put(generation: Generation): void
  delete(key: string): void
  /** In the order of registering. */
  all(): readonly Generation[]
  /** Those that a device and inode was last known to hold. */
  inFile(id: string): readonly Generation[]
  /** Those whose head begins with `head`, or the other way round. */
  alike(head: Buffer): readonly Generation[]
  /** Those first found under this path. */
  named(origin: string): readonly Generation[]
}

const addTo = (groups: Map<string, Map<string, Generation>>, name: string, generation: Generation): void => {
  let group = groups.get(name)
  if (group === undefined) groups.set(name, (group = new Map()))
  group.set(generation.key, generation)
}
const takeFrom = (groups: Map<string, Map<string, Generation>>, name: string, key: string): void => {
  const group = groups.get(name)
  group?.delete(key)
  if (group?.size === 0) groups.delete(name)
}

export const createGenerationIndex = (): GenerationIndex => {
  const byKey = new Map<string, Generation>()
  const byFile = new Map<string, Map<string, Generation>>()
  const byOrigin = new Map<string, Map<string, Generation>>()
  const byHead: HeadIndex<Generation> = createHeadIndex()
  return {
    put(generation) {
      const { key, head, origin } = generation
      const before = byKey.get(key)
      if (before !== undefined && idOf(before) !== idOf(generation)) takeFrom(byFile, idOf(before), key)
      if (before !== undefined && before.head !== head) byHead.delete(before.head, key)
      byKey.set(key, generation)
      addTo(byFile, idOf(generation), generation)
      addTo(byOrigin, origin, generation)
      byHead.set(head, key, generation)
    },
    delete(key) {
      const known = byKey.get(key)
      if (known === undefined) return
      byKey.delete(key)
      takeFrom(byFile, idOf(known), key)
      takeFrom(byOrigin, known.origin, key)
      byHead.delete(known.head, key)
    },
    all: () => [...byKey.values()],
    inFile: (id) => [...(byFile.get(id)?.values() ?? [])],
    alike: (head) => byHead.alike(head),
    named: (origin) => [...(byOrigin.get(origin)?.values() ?? [])],
  }
}
