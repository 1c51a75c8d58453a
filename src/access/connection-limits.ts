import type { LimitSettings } from '../config/settings.ts'

/** What one listener bears. */
export interface ConnectionLimits {
  /** Connections at once. */
  readonly connections: number
  /** Those of one address. */
  readonly perAddress: number
  /** New ones a second from one address; ten times as many at once. */
  readonly perSecond: number
}

const usual: ConnectionLimits = { connections: 500, perAddress: 100, perSecond: 50 }

/** What is not given, or given as undefined, is as usual. */
export const limitsOf = (given: LimitSettings | undefined): ConnectionLimits => ({
  connections: given?.connections ?? usual.connections,
  perAddress: given?.perAddress ?? usual.perAddress,
  perSecond: given?.perSecond ?? usual.perSecond,
})
