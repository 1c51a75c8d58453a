/** Offsets of a time zone, cached by quarters of an hour: every change of the last hundred years falls on one. */
export interface Zone {
  readonly name: string
  /** Milliseconds since 1970 of a local time given as if it were UTC. */
  toUtc(local: number): number
  /** Milliseconds to add to a UTC time. */
  offset(utc: number): number
}

const quarter = 900_000
const day = 86_400_000
const most = 10_000

const utc: Zone = { name: 'UTC', toUtc: (local) => local, offset: () => 0 }

const create = (name: string): Zone => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const lookUp = (at: number): number => {
    const part: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(at)) part[type] = Number(value)
    const local = Date.UTC(part['year']!, part['month']! - 1, part['day'], part['hour'], part['minute'], part['second'])
    return local - Math.floor(at / 1000) * 1000
  }
  const cached = (of: (at: number) => number): ((at: number) => number) => {
    const known = new Map<number, number>()
    let lastKey = Number.NaN
    let last = 0
    return (at) => {
      const key = Math.floor(at / quarter)
      if (key === lastKey) return last
      let value = known.get(key)
      if (value === undefined) {
        value = of(key * quarter)
        if (known.size >= most) known.clear()
        known.set(key, value)
      }
      lastKey = key
      last = value
      return value
    }
  }
  const offset = cached(lookUp)
  // Offsets a day before and after tell whether a change is near. In a gap none of both gives the time back: then the
  // offset before it counts, which moves the time on. In an overlap both do: the earlier instant is the first.
  const localOffset = cached((local) => {
    const before = offset(local - day)
    const after = offset(local + day)
    if (before === after) return before
    if (offset(local - before) === before) return before
    return offset(local - after) === after ? after : before
  })
  return { name, offset, toUtc: (local) => local - localOffset(local) }
}

const zones = new Map<string, Zone>([['UTC', utc]])

/** The zone of an IANA name. Throws `RangeError` where there is none of that name. */
export const zoneOf = (name: string): Zone => {
  let zone = zones.get(name)
  if (zone === undefined) {
    zone = create(name)
    zones.set(name, zone)
  }
  return zone
}
