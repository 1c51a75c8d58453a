/**
 * One `WebAssembly.Memory` for bytes and columns: shared, never growing, so views never die and threads pass
 * addresses. Untouched pages cost nothing. Regions are leased, first fit from the bottom, so that what is resident
 * stays near what is in use.
 */
export interface Arena {
  readonly buffer: SharedArrayBuffer
  /** The whole memory. Addresses everywhere are indices into this. */
  readonly bytes: Uint8Array
  /** The same, with Node's byte methods (`indexOf`, `utf8Slice`, `utf8Write`). */
  readonly node: Buffer
  /** The same, for reading and writing several bytes at once at any address. */
  readonly view: DataView
  /** The same as columns have it: indices are addresses by four and by eight. */
  readonly words: Uint32Array
  readonly doubles: Float64Array
  /** Bytes leased now. */
  readonly inUse: number
  readonly size: number
  /** A region of at least `size` bytes, or undefined when there is no room: the caller waits for a release. */
  lease(size: number): Lease | undefined
}

/** A region owned by whoever holds it. Contents are undefined until written. */
export interface Lease {
  readonly start: number
  readonly end: number
  /** Gives the region back; every view and address into it dies. Twice is a mistake and throws. */
  release(): void
}

/** Bytes behind every lease that may be over-read or over-written by wide copies. */
const slack = 64
const granule = 4096

// lib.dom declares this for browsers; of it a server needs one constructor.
declare const WebAssembly: {
  readonly Memory: new (limits: {
    readonly initial: number
    readonly maximum: number
    readonly shared: true
  }) => { readonly buffer: SharedArrayBuffer }
}

export const createArena = (size = 1 << 30): Arena => {
  const pages = Math.ceil(size / 65_536)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  const buffer = memory.buffer
  const bytes = new Uint8Array(buffer)
  const node = Buffer.from(buffer)
  const view = new DataView(buffer)
  const words = new Uint32Array(buffer)
  const doubles = new Float64Array(buffer)
  const total = pages * 65_536
  // Free regions by address; neighbours are merged on release. Few leases are out at a time, so a list does.
  const free: { start: number; end: number }[] = [{ start: granule, end: total }]
  let inUse = 0

  const giveBack = (start: number, end: number): void => {
    let at = 0
    while (at < free.length && free[at]!.start < start) at++
    const before = free[at - 1]
    const after = free[at]
    const joinsBefore = before !== undefined && before.end === start
    const joinsAfter = after !== undefined && after.start === end
    if (joinsBefore && joinsAfter) {
      before.end = after.end
      free.splice(at, 1)
    } else if (joinsBefore) before.end = end
    else if (joinsAfter) after.start = start
    else free.splice(at, 0, { start, end })
    inUse -= end - start
  }

  return {
    buffer,
    bytes,
    node,
    view,
    words,
    doubles,
    size: total,
    get inUse() {
      return inUse
    },
    lease(wanted) {
      const need = Math.ceil((wanted + slack) / granule) * granule
      const at = free.findIndex((region) => region.end - region.start >= need)
      const region = free[at]
      if (region === undefined) return undefined
      const start = region.start
      region.start += need
      if (region.start === region.end) free.splice(at, 1)
      inUse += need
      let live = true
      return {
        start,
        end: start + need - slack,
        release() {
          if (!live) throw new Error(`lease of ${need} bytes at ${start} was released twice`)
          live = false
          giveBack(start, start + need)
        },
      }
    },
  }
}
