export interface BackoffOptions {
  /** Milliseconds of the first wait, 250, and the longest, 30,000. */
  readonly first?: number
  readonly most?: number
  /** A number in [0, 1). */
  readonly random?: () => number
}

/** The one way anything here waits for a world that fails: exponential, jittered, ended by an abort. */
export interface Backoff {
  /** Waits so far since the last reset. */
  readonly attempts: number
  /**
   * Waits between half and all of `first · 2^attempts`, never less than `atLeast` milliseconds (a server's own
   * wish), at most `most`. Rejects with the signal's reason as soon as it is aborted.
   */
  wait(signal: AbortSignal, atLeast?: number): Promise<void>
  reset(): void
}

/** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    signal.addEventListener('abort', stop, { once: true })
  })

export const createBackoff = ({ first = 250, most = 30_000, random = Math.random }: BackoffOptions = {}): Backoff => {
  let attempts = 0
  return {
    get attempts() {
      return attempts
    },
    wait(signal, atLeast = 0) {
      const full = Math.min(most, first * 2 ** attempts)
      attempts++
      return pause(Math.min(most, Math.max(atLeast, full * (0.5 + random() / 2))), signal)
    },
    reset() {
      attempts = 0
    },
  }
}
