import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Peer } from './listening.ts'
import type { Cutter } from './messages.ts'

/** Where a connection's messages go. */
export interface Keeper {
  /** Resolves once they are on disk; rejects where they count as not kept. */
  keep(lines: Uint8Array): Promise<void>
  /** Aborted: what cannot be kept now never will be. */
  readonly stopping: AbortSignal
}

const retryEvery = 1000

/** Resolves once they are on disk; rejects only when the service stops. Meanwhile nothing more is read, which is what a sender feels. */
const insist = async (lines: Uint8Array, { keep, stopping }: Keeper): Promise<void> => {
  for (;;) {
    try {
      return await keep(lines)
    } catch (error) {
      if (stopping.aborted) throw error
      await sleep(retryEvery, undefined, { signal: stopping, ref: false }).catch(() => undefined)
    }
  }
}

/**
 * Takes the messages of a connection until it ends. The protocol has no acknowledgement: what was received is kept, what
 * is still under way when either side ends is the sender's.
 */
export const takeMessages = async (socket: Socket, peer: Peer, cutter: Cutter, keeper: Keeper): Promise<void> => {
  const take = async (messages: readonly Buffer[]): Promise<void> => {
    if (messages.length > 0) await insist(Buffer.concat(messages), keeper)
  }
  try {
    for await (const chunk of socket) {
      const messages = cutter.push(chunk as Buffer)
      if (messages.length > 0 || !cutter.partial) peer.ended()
      await take(messages)
      if (cutter.partial) peer.began()
    }
  } catch {
    // The connection broke off. What came before is kept all the same.
  }
  const rest = cutter.rest()
  if (rest !== undefined) await take([rest])
}
