/** What DuckDB may hold in memory: little while rows come in, more while something that needs it is under way. */
export interface MemoryLimit {
  /** Megabytes while nobody needs more. */
  readonly least: number
  /** Megabytes at most. */
  readonly most: number
  /** Gives the most there is until what it returns is called. */
  enlarge(): Promise<() => void>
  /** The database was opened anew, with the least. */
  reset(): void
  close(): Promise<void>
}

/** Questions come in rows, as a page has many; and what is in use cannot be given back yet. */
const lingers = 500

/** `set` makes a number of megabytes the limit; it rejects where more than that is in use. */
export const createMemoryLimit = (
  least: number,
  most: number,
  set: (megabytes: number) => Promise<void>,
): MemoryLimit => {
  let users = 0
  let now = least
  let turn: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  /** One after the other: an old wish must not be granted after a newer one. */
  const become = (wanted: () => number): Promise<void> => {
    const done = turn.then(async () => {
      const megabytes = wanted()
      if (megabytes === now) return
      await set(megabytes)
      now = megabytes
    })
    turn = done.catch(() => undefined)
    return done
  }
  const wanted = (): number => (users > 0 ? most : least)

  const giveBack = (): void => {
    clearTimeout(timer)
    if (users > 0 || least === most) return
    timer = setTimeout(() => {
      timer = undefined
      become(wanted).catch(giveBack)
    }, lingers).unref()
  }

  return {
    least,
    most,
    async enlarge() {
      users++
      clearTimeout(timer)
      let held = true
      const release = (): void => {
        if (!held) return
        held = false
        users--
        giveBack()
      }
      try {
        await become(wanted)
      } catch (error) {
        release()
        throw error
      }
      return release
    },
    reset() {
      now = least
    },
    async close() {
      users = 0
      clearTimeout(timer)
      await turn
      clearTimeout(timer)
    },
  }
}
