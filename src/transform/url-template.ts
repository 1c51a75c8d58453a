import type { Batch } from '../event/batch.ts'
import { absent } from '../event/column.ts'
import { declare, type FieldsOf } from './declare.ts'
import { type Distinct, distinctOf, distinctSlices, textOf } from './distinct.ts'
import { templateBound, writeTemplate } from './path-template.ts'
import type { Transform } from './transform.ts'

export interface UrlTemplateOptions {
  /** Templates that are told apart, 5000; paths that would make more get `/{other}`. Counted since the start. */
  readonly most?: number
}

/** Bytes of a path that are looked at. */
const longest = 2048

let aside = new Uint8Array(0)

const lengthOf = ({ start, end }: Distinct, code: number): number => Math.min(end[code]! - start[code]!, longest)

/**
 * Adds `url.template`: `url.path` with its identifiers replaced (path-template.ts holds the rules). Scanners invent
 * paths without end, so the number of templates is bounded; which ones get a place depends on which came first.
 */
export const urlTemplate = (
  options: UrlTemplateOptions = {},
): Transform<FieldsOf<'url.path'>, FieldsOf<'url.template'>> => {
  const limit = options.most ?? 5000
  const known = new Set<string>()
  return Object.freeze({
    name: 'urlTemplate',
    needs: ['url.path'],
    adds: declare('url.template'),
    apply(batch: Batch) {
      const column = batch.columns.get('url.path')
      const paths = column === undefined ? undefined : distinctOf(batch, column)
      if (paths === undefined || paths.count === 0) return
      const { scratch } = batch
      const { codes, memory, count } = paths
      // Templates are written aside: of many paths few are made, and only those need room in the batch.
      let most = 0
      for (let code = 0; code < count; code++) most += templateBound(lengthOf(paths, code))
      if (aside.length < most) aside = new Uint8Array(most * 2)
      const start = new Uint32Array(count)
      const end = new Uint32Array(count)
      let to = 0
      for (let code = 0; code < count; code++) {
        const from = paths.start[code]!
        const length = lengthOf(paths, code)
        start[code] = to
        if (length > 0) to = writeTemplate(memory, from, from + length, aside, to)
        end[code] = to
      }
      // The same table again: `paths` is spent but for its codes.
      const templates = distinctSlices(aside, { start, end })
      const values = { kind: 'text', start: scratch.u32(templates.count), end: scratch.u32(templates.count) } as const
      for (let code = 0; code < templates.count; code++) {
        const text = textOf(templates, code)
        if (!known.has(text) && known.size < limit) known.add(text)
        const slice = scratch.write(known.has(text) ? text : '/{other}')
        values.start[code] = slice.start
        values.end[code] = slice.end
      }
      for (let i = 0; i < batch.count; i++) if (codes[i] !== absent) codes[i] = templates.codes[codes[i]!]!
      batch.columns.set('url.template', { kind: 'dictionary', codes, values })
    },
  })
}
