import { join } from 'node:path'
import type { Block } from '../event/block.ts'
import { printBytes } from '../event/units.ts'
import type { Encoding } from './decode.ts'
import { openFollow } from './follow.ts'
import { createSentReader, type Sent } from './sent.ts'
import type { OpenSource, SourceContext } from './source.ts'
import { SpoolFull, type SpoolOptions } from './spool.ts'
import type { SpoolShare } from './spools.ts'

export interface SpooledOptions {
  readonly name: string
  /** Directory of its own. */
  readonly directory: string
  /** `log.file.path` of the records. */
  readonly label: string
  readonly encoding?: Encoding
  readonly segmentBytes?: number
  readonly maxBytes?: number
  /** Milliseconds between looks at the spool. */
  readonly verifyEvery?: number
  /** With `once`: whether to wait for more all the same. */
  readonly goesOn: (spool: SpoolShare) => boolean
  readonly open?: SpoolOptions['open']
}

/** A spool and the source that follows it. */
export interface Spooled {
  readonly source: OpenSource
  readonly spool: SpoolShare
  /** Keeps whole records. Resolves once they are on disk; rejects where they count as not kept. */
  keep(records: Uint8Array, identities?: Uint8Array, sent?: Sent): Promise<void>
  seen: SpoolShare['seen']
  /** So many records came that were kept before. */
  duplicate(count: number): void
  /** So many were left out on purpose. */
  leaveOut(count: number): void
}

/** Milliseconds a failure of the disk counts as one that lasts, where nobody tries again. */
const tellFor = 60_000

/** Opens a spool, states what of it was damaged, and follows it. Segments go once their last record is committed. */
export const openSpooled = async (options: SpooledOptions, context: SourceContext): Promise<Spooled> => {
  const { name, directory, label, encoding, segmentBytes, maxBytes, verifyEvery = 200 } = options
  const report = (text: string): void => context.report({ kind: 'unreadable', path: label, text })
  const { spools } = context
  let wake = (): void => {}
  const spool = await spools.open(
    directory,
    {
      report,
      ...(segmentBytes === undefined ? {} : { segmentBytes }),
      ...(maxBytes === undefined ? {} : { maxBytes }),
      ...(options.open === undefined ? {} : { open: options.open }),
    },
    () => wake(),
  )
  for (const { path, from, to } of spool.damage) {
    const known = context.generations.of(name).find((one) => one.path === path)
    if (known === undefined) continue
    const text = `${to - from} bytes of ${path} (from ${from} to ${to}) are damaged`
    context.report({ kind: 'lost', path: label, text, lost: { key: known.key, from, to } })
  }
  const inner = await openFollow(
    {
      name,
      paths: [join(directory, '*.spool')],
      verifyEvery,
      discoverEvery: verifyEvery,
      ...(encoding === undefined ? {} : { encoding }),
    },
    context,
    {
      owned: true,
      visible: spool.visible,
      isComplete: spool.isComplete,
      done: spool.release,
      label,
      goesOn: () => options.goesOn(spool),
    },
    (given) => {
      wake = given
    },
  )
  const sentIn = createSentReader()
  let sentTold = false
  const withSenders = async (block: Block): Promise<Block> => {
    const path = context.generations.of(name).find(({ key }) => key === block.origin.key)?.path
    if (path === undefined) return block
    try {
      const senders = await sentIn(path, block)
      return senders === undefined ? block : { ...block, senders }
    } catch (error) {
      if (!sentTold)
        report(`who sent the records in ${path} cannot be read, and they are stored without: ${String(error)}`)
      sentTold = true
      return block
    }
  }
  let failure: { readonly error: unknown; readonly at: number } | undefined
  let closed = false
  return {
    spool,
    async keep(records, identities, sent) {
      if (closed) throw new Error('the service stops')
      if (spool.large) spool.roll()
      try {
        await spool.append(records, identities, sent)
        failure = undefined
        spool.wake()
      } catch (error) {
        failure = { error, at: context.clock() }
        throw error
      }
    },
    seen: spool.seen,
    duplicate: (count) => context.repeated?.(label, count),
    leaveOut: (count) => context.leftOut?.(label, count),
    source: {
      async next(signal) {
        const block = await inner.next(signal)
        return block === undefined ? undefined : withSenders(block)
      },
      committed: inner.committed,
      get caughtUp() {
        return inner.caughtUp
      },
      files: inner.files,
      get trouble() {
        if (!spools.takesIn)
          return spool.waiting < (maxBytes ?? Number.POSITIVE_INFINITY)
            ? undefined
            : `${printBytes(spool.waiting)} that were pushed to ${name} wait in ${directory} for this store, and the disk fills until it takes them`
        if (failure === undefined) return undefined
        if (failure.error instanceof SpoolFull)
          return spool.waiting < maxBytes! ? undefined : `${name} refuses what is pushed: ${failure.error.message}`
        if (context.clock() - failure.at > tellFor) return undefined
        return `${name} refuses what is pushed: it cannot be kept on disk (${String(failure.error)})`
      },
      async close() {
        closed = true
        await inner.close()
        await spool.close()
      },
    },
  }
}
