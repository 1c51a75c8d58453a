import type { Progress } from '../pipeline/progress.ts'
import type { Generation, GenerationStore } from '../source/generation.ts'

/** What people may change of followed files: while the service runs, and by a command when none does. */
export interface SourceChanges {
  readonly generations: GenerationStore
  /** Runs a task while nothing follows the generation and nothing of it is under way; then the files are looked at again. */
  change(generation: Generation, task: () => Promise<void>, signal: AbortSignal): Promise<void>
  /** Tells those who deliver of a checkpoint that was set durably; undefined: the generation is forgotten. */
  readonly reset: Progress['reset']
}
