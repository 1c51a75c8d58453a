/** Writes times as `2026-11-23T08:00:00.000Z`: ISO 8601, UTC, as many fraction digits as the log had, at least 3. */
export interface TimeWriter {
  /** `ms` since 1970, `ns` 0…999,999 after it; returns where the text ends (at most 30 bytes). */
  write(memory: Uint8Array, ms: number, ns: number, digits: number, at: number): number
}

const encoder = new TextEncoder()

/** Logs are written in order, so the text of a day is made once and kept until another day comes. */
export const createTimeWriter = (): TimeWriter => {
  let day = Number.NaN
  const date = new Uint8Array(11)
  return {
    write(memory, ms, ns, digits, at) {
      const days = Math.floor(ms / 86_400_000)
      if (days !== day) {
        encoder.encodeInto(`${new Date(days * 86_400_000).toISOString().slice(0, 10)}T`, date)
        day = days
      }
      let to = at
      for (let i = 0; i < 11; i++) memory[to++] = date[i]!
      const inDay = (ms - days * 86_400_000) | 0
      const seconds = (inDay / 1000) | 0
      const hour = (seconds / 3600) | 0
      const minute = ((seconds / 60) | 0) % 60
      const second = seconds % 60
      memory[to] = 48 + ((hour / 10) | 0)
      memory[to + 1] = 48 + (hour % 10)
      memory[to + 2] = 0x3a
      memory[to + 3] = 48 + ((minute / 10) | 0)
      memory[to + 4] = 48 + (minute % 10)
      memory[to + 5] = 0x3a
      memory[to + 6] = 48 + ((second / 10) | 0)
      memory[to + 7] = 48 + (second % 10)
      memory[to + 8] = 0x2e
      const milli = inDay - seconds * 1000
      memory[to + 9] = 48 + ((milli / 100) | 0)
      memory[to + 10] = 48 + (((milli / 10) | 0) % 10)
      memory[to + 11] = 48 + (milli % 10)
      to += 12
      let place = 100_000
      for (let i = 3; i < digits && i < 9; i++) {
        memory[to++] = 48 + (((ns / place) | 0) % 10)
        place /= 10
      }
      memory[to++] = 0x5a
      return to
    },
  }
}
