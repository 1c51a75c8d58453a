import { headSize, sameHead } from './identity.ts'

/** Values by the first bytes of what they stand for: finds those of which one head begins with the other. */
export interface HeadIndex<T> {
  set(head: Buffer, id: string, value: T): void
  delete(head: Buffer, id: string): void
  /** In the order in which they were first set. */
  alike(head: Buffer): readonly T[]
}

/**
 * What heads that are alike share: their first line, or all of a head that is as long as heads get. A shorter one
 * without a line end may go on in any way.
 */
const shared = (head: Buffer): string | undefined => {
  const feed = head.indexOf(10)
  if (feed === -1 && head.length < headSize) return undefined
  return head.toString('latin1', 0, feed === -1 ? head.length : feed + 1)
}

interface Entry<T> {
  readonly head: Buffer
  readonly order: number
  readonly value: T
}

export const createHeadIndex = <T>(): HeadIndex<T> => {
  const groups = new Map<string | undefined, Map<string, Entry<T>>>()
  let order = 0
  return {
    set(head, id, value) {
      const key = shared(head)
      let group = groups.get(key)
      if (group === undefined) groups.set(key, (group = new Map()))
      group.set(id, { head, order: group.get(id)?.order ?? order++, value })
    },
    delete(head, id) {
      const key = shared(head)
      const group = groups.get(key)
      group?.delete(id)
      if (group?.size === 0) groups.delete(key)
    },
    alike(head) {
      const key = shared(head)
      const near = key === undefined ? [...groups.values()] : [groups.get(key), groups.get(undefined)]
      return near
        .flatMap((group) => (group === undefined ? [] : [...group.values()].filter((one) => sameHead(one.head, head))))
        .sort((a, b) => a.order - b.order)
        .map(({ value }) => value)
    },
  }
}
