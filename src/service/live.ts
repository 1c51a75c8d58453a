import { type Batch, outcome } from '../event/batch.ts'
import { createWriter } from '../event/document.ts'
import type { LiveEvents, LiveListener } from './context.ts'

/** The live view: costs nothing while nobody listens. A batch shows at most `most` of its documents to each. */
export const createLive = (most = 500): LiveEvents & { readonly tap: (batch: Batch) => void } => {
  const listeners = new Set<LiveListener>()
  return {
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    tap(batch) {
      if (listeners.size === 0) return
      const writer = createWriter(batch)
      const { node } = batch.block.arena
      const texts = new Map<number, string>()
      const textOf = (row: number): string => {
        let text = texts.get(row)
        if (text === undefined) {
          const at = batch.scratch.take(writer.bound(row))
          text = node.toString('utf8', at, writer.write(row, at))
          texts.set(row, text)
        }
        return text
      }
      for (const { accepts, take } of listeners) {
        const selection = accepts(batch)
        let left = most
        for (let row = 0; row < batch.count && left > 0; row++) {
          if (batch.outcome[row] !== outcome.live || selection[row] !== 1) continue
          left--
          take(textOf(row))
        }
      }
    },
  }
}
