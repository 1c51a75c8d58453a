import type { Server, Socket } from 'node:net'
import { addressKey } from './address-key.ts'
import type { ConnectionLimits } from './connection-limits.ts'
import type { IsProxy } from './proxies.ts'
import { createRate } from './rate.ts'
import type { RefusalReason, Refuse } from './refusals.ts'

export interface GuardOptions {
  readonly limits: ConnectionLimits
  readonly refused: Refuse
  /** A proxy stands for many, so that only the sum counts for it. */
  readonly isProxy?: IsProxy
  readonly clock?: () => number
}

const burstFactor = 10

/**
 * Closes connections beyond what the listener bears, before anybody sees them. For servers of any kind: TCP, TLS, HTTP.
 * To be called before it listens.
 */
export const guardConnections = (server: Server, options: GuardOptions): void => {
  const { limits, refused, isProxy = () => false, clock = Date.now } = options
  const { connections, perAddress, perSecond } = limits
  const rate = createRate({ perSecond, burst: perSecond * burstFactor, clock })
  const open = new Map<string, number>()
  let all = 0
  const objectionTo = (address: string, key: string): RefusalReason | undefined => {
    if (all >= connections) return 'connections'
    if (isProxy(address)) return undefined
    if ((open.get(key) ?? 0) >= perAddress) return 'address_connections'
    return rate.take(key) ? undefined : 'connection_rate'
  }
  const admit = (socket: Socket): boolean => {
    const address = socket.remoteAddress
    // Gone already.
    if (address === undefined) return false
    const key = addressKey(address)
    const why = objectionTo(address, key)
    if (why !== undefined) {
      refused(why, address)
      return false
    }
    all++
    open.set(key, (open.get(key) ?? 0) + 1)
    socket.once('close', () => {
      all--
      const left = open.get(key)! - 1
      if (left === 0) open.delete(key)
      else open.set(key, left)
    })
    return true
  }
  // A listener of our own could not keep the connection from those of `http` and `tls`, which were there first.
  const emit = server.emit.bind(server) as (name: string, ...given: unknown[]) => boolean
  server.emit = (name: string, ...given: unknown[]): boolean => {
    if (name !== 'connection' || admit(given[0] as Socket)) return emit(name, ...given)
    ;(given[0] as Socket).destroy()
    return false
  }
}
