import type { Batch } from '../event/batch.ts'
import { absent } from '../event/column.ts'
import { declare, type FieldsOf } from './declare.ts'
import { distinctOf, textOf } from './distinct.ts'
import { templateBound, writeTemplate } from './path-template.ts'
import type { Transform } from './transform.ts'

export interface UrlTemplateOptions {
  /** Templates that are told apart, 5000; paths that would make more get `/{other}`. Counted since the start. */
  readonly most?: number
}

/** Bytes of a path that are looked at. */
const longest = 2048

/**
 * Adds `url.template`: `url.path` with its identifiers replaced (path-template.ts holds the rules). Scanners invent
 * paths without end, so the number of templates is bounded; which ones get a place depends on which came first.
 */
export const urlTemplate = (
  options: UrlTemplateOptions = {},
): Transform<FieldsOf<'url.path'>, FieldsOf<'url.template'>> => {
  const most = options.most ?? 5000
  const known = new Set<string>()
  return Object.freeze({
    name: 'urlTemplate',
    needs: ['url.path'],
    adds: declare('url.template'),
    apply(batch: Batch) {
      const column = batch.columns.get('url.path')
      const paths = column === undefined ? undefined : distinctOf(batch, column)
      if (paths === undefined || paths.count === 0) return
      const { scratch, block } = batch
      const memory = block.arena.bytes
      const start = scratch.u32(paths.count)
      const end = scratch.u32(paths.count)
      for (let code = 0; code < paths.count; code++) {
        const length = Math.min(paths.end[code]! - paths.start[code]!, longest)
        let from = paths.start[code]!
        if (paths.memory !== memory) {
          const copy = scratch.take(length)
          memory.set(paths.memory.subarray(from, from + length), copy)
          from = copy
        }
        const to = scratch.take(templateBound(length))
        start[code] = to
        end[code] = length === 0 ? to : writeTemplate(memory, from, from + length, to)
      }
      // The same table again: `paths` is spent but for its codes.
      const codes = paths.codes
      const templates = distinctOf(
        { ...batch, count: start.length, outcome: new Uint8Array(start.length) },
        { kind: 'text', start, end },
      )!
      let other = absent
      for (let code = 0; code < templates.count; code++) {
        const text = textOf(templates, code)
        if (known.has(text)) continue
        if (known.size < most) known.add(text)
        else {
          if (other === absent) {
            const slice = scratch.write('/{other}')
            other = slice.start
          }
          templates.start[code] = other
          templates.end[code] = other + 8
        }
      }
      const size = templates.count
      const values = { kind: 'text', start: scratch.u32(size), end: scratch.u32(size) } as const
      for (let code = 0; code < size; code++) {
        values.start[code] = templates.start[code]!
        values.end[code] = templates.end[code]!
      }
      for (let i = 0; i < batch.count; i++) if (codes[i] !== absent) codes[i] = templates.codes[codes[i]!]!
      batch.columns.set('url.template', { kind: 'dictionary', codes, values })
    },
  })
}
