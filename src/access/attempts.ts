import { addressKey } from './address-key.ts'
import { createRate } from './rate.ts'

/** Who tries. `known`: a browser that came in as this user before. */
export interface Trier {
  readonly address: string
  readonly user?: string
  readonly known?: string
}

/**
 * Bounds how often a secret may be guessed. By address, and by user; a browser that came in before has attempts of its
 * own, so that whoever guesses at a user's password does not lock the user out.
 */
export interface Attempts {
  /** Takes an attempt before it is looked at. Milliseconds to wait where there is none left, else 0. */
  take(trier: Trier): number
  /** It was right: gives it back. */
  right(trier: Trier): void
}

/** Twenty at once, then one in ten seconds. */
const byAddress = { perSecond: 0.1, burst: 20 }
/** Ten at once, then one in half a minute: 2,900 a day, from wherever. */
const byUser = { perSecond: 1 / 30, burst: 10 }

export const createAttempts = (clock: () => number = Date.now): Attempts => {
  const addresses = createRate({ ...byAddress, clock })
  const users = createRate({ ...byUser, clock })
  const browsers = createRate({ ...byUser, clock })
  const counted = ({ address, user, known }: Trier) =>
    known !== undefined
      ? ([[browsers, known]] as const)
      : user === undefined
        ? ([[addresses, addressKey(address)]] as const)
        : ([
            [addresses, addressKey(address)],
            [users, user],
          ] as const)
  return {
    take(trier) {
      const all = counted(trier)
      const wait = Math.max(...all.map(([rate, key]) => rate.wait(key)))
      if (wait === 0) for (const [rate, key] of all) rate.take(key)
      return wait
    },
    right(trier) {
      for (const [rate, key] of counted(trier)) rate.give(key)
    },
  }
}
