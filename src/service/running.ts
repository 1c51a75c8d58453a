import type { OpenJournal } from '../durable/journal.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { createSpools } from '../source/spools.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Beside, Context } from './context.ts'
import type { Config } from './load.ts'
import type { OpenTransforms } from './open-transforms.ts'
import type { Pushed } from './pushed.ts'
import type { Positions } from './sources.ts'
import type { Troubles } from './troubles.ts'

export interface StartOptions {
  readonly config: Config
  readonly log: Logger
  /** Read what is there, deliver it, end. */
  readonly once: boolean
  readonly from: 'beginning' | 'end'
  /** Told when delivery stopped for a reason that only a person can mend. */
  readonly failed: (error: unknown) => void
  readonly metrics: Metrics
  readonly troubles: Troubles
  /** Where sources are pushed to. */
  readonly pushed: Pushed
  /** Where that is kept, for a store by its name; of its own unless given. */
  readonly spools?: ReturnType<typeof createSpools>
  /** Of the store, in ledger and metrics; its kind unless given. */
  readonly name?: string
  /** Shared with pipelines into other stores. */
  readonly transforms?: OpenTransforms
  /** Stores beside this one. */
  readonly others?: () => readonly Beside[]
  /** Which pipelines are read here; all unless given. */
  readonly reads?: (pipeline: Pipeline) => boolean
  /** Of a source that several machines read in turn. */
  readonly common?: Common
  /** Ends a start that waits for its store. */
  readonly stopping?: AbortSignal
  readonly clock?: () => number
}

/** What machines that read the same files have in common lies in their store. */
export interface Common {
  readonly journal: (name: 'progress' | 'generations') => OpenJournal
  /** Who reads: the same over all lives of a data directory. */
  readonly tenure: string
  /** Whether it is this one's turn at this moment: asked before anything is sent. */
  readonly mayWrite: () => boolean
}

/** A service whose pipelines run. */
export interface Running {
  readonly context: Context
  readonly metrics: Metrics
  readonly troubles: Troubles
  readonly positions: Positions
  /** Resolves when every source has ended: with `once`, when all is read. */
  readonly read: Promise<void>
  /** Reads what this configuration says from now on; what stays the same goes on undisturbed. Resolves once it is so, or another one is wanted; throws where a pipeline cannot be opened. */
  readonly reload: (config: Config) => Promise<void>
  /** What keeps the configuration that is wanted from being in force. */
  readonly waiting: () => readonly string[]
  /** Resolves when everything read has its outcome and is committed. */
  flush(): Promise<void>
  /** Stops reading, delivers what was read for at most `grace` milliseconds, closes. Loses nothing either way. */
  stop(grace: number): Promise<void>
}
