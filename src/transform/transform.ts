import type { Batch } from '../event/batch.ts'
import type { Diagnostic } from '../event/diagnostic.ts'
import type { Field } from '../event/field.ts'
import type { TemplateRecord } from '../mine/template-book.ts'

/** What transforms remember across restarts, where a service runs them. */
export interface Kept {
  templates(): Iterable<TemplateRecord>
  /** Kept soon; nothing waits for it. */
  keepTemplate(record: TemplateRecord): void
}

/** Rewrites a batch in place: adds, replaces or removes columns, or sets outcomes. Synchronous; look-ups are loaded before. */
export interface Transform<in Needs = never, out Adds = object> {
  readonly name: string
  /** Fields without which it does nothing. A pipeline whose parser yields none of them is refused. */
  readonly needs: readonly string[]
  readonly adds: Readonly<Record<string, Field>>
  readonly removes?: readonly string[]
  /** Mistakes in its definition; a pipeline that holds any is refused with all of them. */
  readonly problems?: readonly Diagnostic[]
  /** What keeps it from working as defined now (a database that could not be read again); shown to operators. */
  readonly trouble?: string | undefined
  /** It learns, and is opened with what is kept of that. */
  readonly learns?: true
  /** Loads look-ups; called once before the first batch. A missing file is an error with the mending sentence. */
  open?(kept?: Kept): Promise<void>
  apply(batch: Batch): void
  close?(): Promise<void>
  /** For inference only. */
  readonly types?: (needs: Needs) => Adds
}
