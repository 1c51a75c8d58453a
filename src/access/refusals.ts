/** Why somebody was not let in, or not answered. A closed list: it is a label of the metrics. */
export type RefusalReason = 'connections' | 'address_connections' | 'connection_rate' | 'request_rate' | 'protocol'

const words: Readonly<Record<RefusalReason, string>> = {
  connections: 'there are as many connections as the listener takes',
  address_connections: 'its address has as many connections as one may have',
  connection_rate: 'its address opens connections faster than one may',
  request_rate: 'its address asks faster than one may',
  protocol: 'it does not keep to the protocol',
}

export interface RefusalOptions {
  /** Who listens, as people call it: `the web server`. */
  readonly listener: string
  /** Told of each. */
  readonly count?: (reason: RefusalReason) => void
  /** A sentence for the operator, at most once a minute. */
  readonly report: (text: string) => void
  readonly clock?: () => number
}

/** `detail`: more words for the operator. */
export type Refuse = (reason: RefusalReason, address: string, detail?: string) => void

const quiet = 60_000

/** Counts every refusal and tells of them seldom: whoever attacks must not fill the log. */
export const createRefusals = ({ listener, count, report, clock = Date.now }: RefusalOptions): Refuse => {
  let toldAt = Number.NEGATIVE_INFINITY
  let untold = 0
  return (reason, address, detail) => {
    count?.(reason)
    const now = clock()
    if (now - toldAt < quiet) {
      untold++
      return
    }
    const more = untold === 0 ? '' : `; ${untold} more were refused since this was last told`
    toldAt = now
    untold = 0
    report(`${listener} refused ${address}: ${words[reason]}${detail === undefined ? '' : ` (${detail})`}${more}`)
  }
}
