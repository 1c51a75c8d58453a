import { createHash } from 'node:crypto'
import { type Batch, outcome } from '../event/batch.ts'
import { absent } from '../event/column.ts'
import { createTemplateBook, type KnownTemplate, type TemplateBook } from '../mine/template-book.ts'
import { declare, type FieldsOf } from './declare.ts'
import { booleanDictionary, textDictionary } from './dictionary.ts'
import { distinctOf } from './distinct.ts'
import { createMemo, type Memo } from './memo.ts'
import { writeOutline } from './outline.ts'
import type { Kept, Transform } from './transform.ts'

export interface TemplatesOptions {
  /** Templates of a dataset that are told apart, 1000: beyond them the one used least and longest ago is forgotten. */
  readonly most?: number
}

const idOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/** Bytes of a message's first line that are looked at. */
const longest = 1024

interface Dataset {
  readonly book: TemplateBook
  readonly memo: Memo<KnownTemplate | undefined>
}

/** Where messages lie: by row, or by code where rows share them. */
const slicesOf = (batch: Batch) => {
  const column = batch.columns.get('message')
  if (column === undefined) return undefined
  if (column.kind === 'text')
    return { memory: batch.block.arena.bytes, start: column.start, end: column.end, codes: undefined }
  const distinct = distinctOf(batch, column)
  return distinct === undefined
    ? undefined
    : { memory: distinct.memory, start: distinct.start.slice(), end: distinct.end.slice(), codes: distinct.codes }
}

/**
 * Adds `log.template.id`: which kind of message `message` is, learned as they come, dataset by dataset (Drain's idea: He et al.,
 * ICWS 2017; the words that may be values are told as `infer` does). An id stays when the template's text is found to hold one more
 * value; `tailrace templates` tells the texts. The first message of a template carries `log.template.first` and
 * `log.template.text`, so that a message never seen before can be searched and told of. A service keeps what it learned.
 * Put it behind `redact`: texts of templates are parts of messages.
 */
export const templates = (
  options: TemplatesOptions = {},
): Transform<FieldsOf<'message'>, FieldsOf<'log.template.id' | 'log.template.first' | 'log.template.text'>> => {
  const datasets = new Map<string, Dataset>()
  let kept: Kept | undefined
  const outline = new Uint8Array(longest)

  const datasetOf = (name: string): Dataset => {
    const before = datasets.get(name)
    if (before !== undefined) return before
    const book = createTemplateBook(name, {
      idOf,
      learned: (record) => kept?.keepTemplate(record),
      ...(options.most === undefined ? {} : { most: options.most }),
    })
    book.restore([...(kept?.templates() ?? [])].filter(({ dataset }) => dataset === name))
    const made = { book, memo: createMemo(4096, () => learn(book)) }
    datasets.set(name, made)
    return made
  }

  let batch: Batch
  let row = 0
  let line: { readonly memory: Uint8Array; readonly start: number; readonly end: number }
  const learn = (book: TemplateBook): KnownTemplate | undefined => {
    const { memory, start, end } = line
    const text = Buffer.from(memory.buffer, memory.byteOffset + start, end - start).toString('utf8')
    const { origin, from, readAt } = batch.block
    return book.of(text, { key: origin.key, offset: from[row]!, now: readAt })
  }
  const templateOf = (
    { book, memo }: Dataset,
    memory: Uint8Array,
    start: number,
    whole: number,
  ): KnownTemplate | undefined => {
    const feed = memory.subarray(start, Math.min(whole, start + longest)).indexOf(10)
    const end = feed < 0 ? Math.min(whole, start + longest) : start + feed
    line = { memory, start, end }
    const known = memo.of(outline, 0, writeOutline(memory, start, end, outline))
    return known === undefined ? undefined : (book.now(known) ?? learn(book))
  }

  return Object.freeze({
    name: 'templates',
    needs: ['message'],
    adds: declare('log.template.id', 'log.template.first', 'log.template.text'),
    learns: true,
    async open(given?: Kept) {
      kept = given
    },
    async close() {
      kept = undefined
      datasets.clear()
    },
    apply(given: Batch) {
      batch = given
      const slices = slicesOf(batch)
      if (slices === undefined) return
      const { memory, start, end, codes: shared } = slices
      const dataset = datasetOf(batch.dataset)
      const codes = batch.scratch.u32(batch.count)
      const firsts = batch.scratch.u32(batch.count).fill(absent)
      const found: KnownTemplate[] = []
      const codeOf = new Map<KnownTemplate, number>()
      const first: KnownTemplate[] = []
      for (row = 0; row < batch.count; row++) {
        codes[row] = absent
        if (batch.outcome[row] !== outcome.live) continue
        const at = shared === undefined ? row : shared[row]!
        if (at === absent || start[at] === absent) continue
        const template = templateOf(dataset, memory, start[at]!, end[at]!)
        if (template === undefined) continue
        template.lines++
        let code = codeOf.get(template)
        if (code === undefined) {
          code = found.push(template) - 1
          codeOf.set(template, code)
        }
        codes[row] = code
        // Told by where it was read, so that a record that is read again after a crash says the same.
        const { record } = template
        if (record.offset === batch.block.from[row] && record.key === batch.block.origin.key)
          firsts[row] = first.push(template) - 1
      }
      if (found.length === 0) return
      batch.columns.set(
        'log.template.id',
        textDictionary(
          batch,
          codes,
          found.map(({ record }) => record.id),
        ),
      )
      if (first.length === 0) return
      batch.columns.set(
        'log.template.first',
        booleanDictionary(
          batch,
          firsts,
          first.map(() => true),
        ),
      )
      batch.columns.set(
        'log.template.text',
        textDictionary(
          batch,
          firsts,
          first.map(({ record }) => record.text),
        ),
      )
    },
  })
}
