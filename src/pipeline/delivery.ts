import { type Batch, release } from '../event/batch.ts'
import type { ProgressRecord } from '../store/ledger.ts'
import type { CommitRecord, Sink } from '../store/sink.ts'
import type { Progress } from './progress.ts'

export interface DeliveryOptions {
  readonly sink: Sink
  readonly progress: Progress
  /** Resolves when there is room for the dead rows of these batches: before a transaction that all others wait for. */
  readonly lettersRoom?: (batches: readonly Batch[]) => Promise<void>
  /** Makes the dead rows of these batches durable. Waits out a full disk; throws only when aborted. */
  readonly keepLetters: (batches: readonly Batch[]) => Promise<void>
  /** Makes a record of progress durable, for sinks that do not do it themselves. */
  readonly commit: (record: ProgressRecord) => Promise<void>
  /** Told after the record is durable. */
  readonly committed: (record: ProgressRecord) => void
  /** Told when a batch has all its outcomes, before its memory goes. */
  readonly ended: (batch: Batch) => void
  /** Something that only a person can mend; delivery has stopped. */
  readonly failed: (error: unknown) => void
  /** Bytes of input taken in and not yet released; above it `offer` waits. */
  readonly maxBytes: number
  /** A delivery is sent when this much waits, so many records (any number unless given), or the oldest has waited `flushAfter` milliseconds. */
  readonly flushBytes: number
  readonly flushRecords?: number
  /** Milliseconds after the first delivery that the oldest may wait while a backlog is read; `flushAfter` unless given. */
  readonly flushBacklogAfter?: number
  readonly flushAfter: number
  /** Deliveries under way at once; of a sink that finds out by itself how many requests it may send, one more than those. */
  readonly concurrency: number
  readonly signal: AbortSignal
}

/** The only queue. It counts bytes, so that a thousand small files weigh what one large one does. */
export interface Delivery {
  /** Takes the batches of a stretch over; they are delivered together. */
  offer(batches: readonly Batch[]): void
  /** Resolves when there is room for another block. This is the back-pressure that a source feels. */
  room(): Promise<void>
  /** Progress moved without a batch: it is committed by itself, soon. */
  settle(): void
  /** Sends what waits and resolves when all of it has its outcome and is committed. */
  flush(): Promise<void>
  readonly bytes: number
}

/** Read within `flushAfter`: more than any log grows by. */
const backlogBytes = 4 << 20

export const createDelivery = (options: DeliveryOptions): Delivery => {
  const { sink, progress, signal, flushBytes, flushRecords = Number.POSITIVE_INFINITY } = options
  const waiting: { readonly batches: readonly Batch[]; readonly records: number; readonly bytes: number }[] = []
  const wakers: (() => void)[] = []
  let waitingBytes = 0
  let waitingRecords = 0
  let bytes = 0
  let running = 0
  let timer: NodeJS.Timeout | undefined
  let flushing = false
  let stopped = false
  let sent = false
  let unsettled = false

  const wake = (): void => {
    for (const waker of wakers.splice(0)) waker()
  }
  const changed = (): Promise<void> => new Promise((resolve) => wakers.push(resolve))

  /** One more than the requests: it fills its body, or commits, meanwhile. */
  const atOnce = (): number => Math.min(options.concurrency, (sink.concurrency ?? Number.POSITIVE_INFINITY) + 1)

  const isEnough = (): boolean => waitingBytes >= flushBytes || waitingRecords >= flushRecords

  const finish = async (batches: readonly Batch[]): Promise<void> => {
    for (const batch of batches) progress.end(batch)
    const record = progress.seal()
    if (record === undefined) return
    await options.commit(record)
    options.committed(record)
  }

  const deliver = async (batches: readonly Batch[]): Promise<void> => {
    if (options.lettersRoom !== undefined) await options.lettersRoom(batches)
    if (!sink.transactional) {
      await sink.write(batches, () => ({}), signal)
      // What the store refused needs room too.
      if (options.lettersRoom !== undefined) await options.lettersRoom(batches)
      await options.keepLetters(batches)
      for (const batch of batches) options.ended(batch)
      await finish(batches)
      return
    }
    let record: ProgressRecord | undefined
    let sealed = false
    const seal = async (): Promise<CommitRecord> => {
      if (!sealed) {
        // The store may have refused rows: only now is every outcome known.
        await options.keepLetters(batches)
        for (const batch of batches) progress.end(batch)
        record = progress.seal()
        sealed = true
      }
      return { ...record }
    }
    await sink.write(batches, seal, signal)
    for (const batch of batches) options.ended(batch)
    if (record !== undefined) options.committed(record)
  }

  const send = (): void => {
    clearTimeout(timer)
    timer = undefined
    while (!stopped && (waiting.length > 0 || (unsettled && running === 0)) && running < atOnce()) {
      unsettled = false
      let size = 0
      let records = 0
      let count = 0
      while (
        count < waiting.length &&
        (count === 0 || (size + waiting[count]!.bytes <= flushBytes && records < flushRecords))
      ) {
        const one = waiting[count++]!
        size += one.bytes
        records += one.records
      }
      const group = waiting.splice(0, count)
      waitingBytes -= size
      waitingRecords -= records
      running++
      sent = true
      deliver(group.flatMap(({ batches }) => batches))
        .catch((error: unknown) => {
          stopped = true
          if (!signal.aborted) options.failed(error)
        })
        .finally(() => {
          running--
          for (const { batches } of group) for (const batch of batches) release(batch)
          bytes -= size
          if (flushing || isEnough()) send()
          else arm()
          wake()
        })
    }
  }
  const arm = (): void => {
    if ((waiting.length > 0 || unsettled) && timer === undefined) timer = setTimeout(due, options.flushAfter)
  }
  /** What comes in at more than some bytes a moment is no news but a backlog: larger deliveries cost less. */
  const due = (): void => {
    const more = (options.flushBacklogAfter ?? 0) - options.flushAfter
    if (sent && more > 0 && waitingBytes >= backlogBytes) timer = setTimeout(send, more)
    else send()
  }

  return {
    offer(batches) {
      const size = batches.reduce((sum, { block }) => sum + block.lease.end - block.lease.start, 0)
      const records = batches.reduce((sum, { count }) => sum + count, 0)
      waiting.push({ batches, records, bytes: size })
      waitingBytes += size
      waitingRecords += records
      bytes += size
      if (isEnough()) send()
      else arm()
    },
    async room() {
      while (bytes >= options.maxBytes && !stopped && !signal.aborted) {
        if (running === 0) send()
        await changed()
      }
    },
    settle() {
      unsettled = true
      arm()
    },
    async flush() {
      flushing = true
      try {
        while ((waiting.length > 0 || running > 0 || unsettled) && !stopped) {
          send()
          if (running > 0) await changed()
        }
      } finally {
        flushing = false
      }
    },
    get bytes() {
      return bytes
    },
  }
}
