import type { Batch } from '../../event/batch.ts'
import { absent, type Column } from '../../event/column.ts'

/** `docker.attrs`: what `--log-opt labels`, `env` and `tag` put beside each line. */
export const addAttributes = (batch: Batch): void => {
  const { wrapping } = batch.block
  if (wrapping === undefined || batch.columns.has('docker.attrs')) return
  const { start, end } = wrapping.note
  if (start.every((at) => at === absent)) return
  const column: Column = { kind: 'json', start, end }
  batch.columns.set('docker.attrs', column)
}
