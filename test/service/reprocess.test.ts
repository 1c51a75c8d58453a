import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { release } from '../../src/event/batch.ts'
import type { Pipeline } from '../../src/pipeline/pipeline.ts'
import { replayLetters } from '../../src/service/operations/change-letters.ts'
import { reprocessStored } from '../../src/service/operations/reprocess.ts'
import { type Generation, noGuard } from '../../src/source/generation.ts'
import type { StoredDocument } from '../../src/store/store.ts'
import { set } from '../../src/transform/set.ts'
import { batchOf, type Row } from '../support/batch.ts'
import { type Bench, die, embedded, type Fault, goodLine, key, openBench } from '../support/letters-bench.ts'
import { scratchDir } from '../support/scratch-dir.ts'

const never = new AbortController().signal
const timeout = 300_000
/** All lines are of one length. */
const doors = Array.from({ length: 1200 }, (_, i) => 1000 + i)
const texts = doors.map(goodLine)
const width = texts[0]!.length + 1
const content = `${texts.join('\n')}\n`

const generationOf = (path: string, more: Partial<Generation> = {}): Generation => ({
  key,
  source: 'doors',
  device: '1',
  inode: '1',
  birth: 0,
  head: Buffer.from(content.slice(0, 1024)),
  path,
  origin: path,
  begin: 0,
  size: content.length,
  guard: noGuard,
  registered: 0,
  closedTo: 0,
  ...more,
})

/** Stores one document a line, as a wrong grammar would have made it. */
const storeWrong = async ({ store }: Bench, path: string, more: Row = {}, of = key): Promise<void> => {
  const batch = batchOf(
    doors.map((door) => ({ '@timestamp': '2026-11-27T08:00:00.000Z', message: `door ${door}`, ...more })),
    undefined,
    {
      stored: true,
      key: of,
      source: 'doors',
      path,
      dataset: 'door.log',
      width,
      ingested: Date.parse('2026-11-27T09:00:00Z'),
    },
  )
  await store.write([batch], () => ({}), never)
  release(batch)
}
const ask = async ({ context }: Bench, more = {}): Promise<unknown[]> =>
  Array.fromAsync(reprocessStored(context, { dataset: ['door.log'], since: '2026-11-27', ...more }, never))
const ofKey = (documents: readonly StoredDocument[], wanted: string): StoredDocument[] =>
  documents.filter((document) => String((document['event'] as { id: string }).id).startsWith(wanted))

it('makes documents again from their file, in place, and leaves those of other files alone', { timeout }, async () => {
  using directory = scratchDir('reprocess')
  const path = join(directory.path, 'doors.log')
  writeFileSync(path, content)
  const place = embedded(directory.path)
  const bench = await openBench(directory.path, place, undefined, new Map([[key, generationOf(path)]]))
  const other = 'feedfeedfeedfeed'
  try {
    await storeWrong(bench, path, { 'log.source.address': '192.0.2.7:514' })
    await storeWrong(bench, '/var/log/elsewhere.log', {}, other)
    const foretold = await ask(bench, { dryRun: true })
    expect(foretold.at(-1)).toEqual({ total: { documents: 2400, replaced: 1200, foreign: 1200 } })
    expect(foretold).toContainEqual(expect.objectContaining({ field: 'message', removed: 1200, after: null }))
    expect(foretold).toContainEqual(
      expect.objectContaining({ field: 'app.door', added: 1200, before: null, after: '1000' }),
    )
    expect(ofKey(await place.documents(bench.store), key)[0]).toMatchObject({ message: 'door 1000' })
    expect(await ask(bench)).toEqual(foretold)
    const documents = await place.documents(bench.store)
    expect(ofKey(documents, other)).toHaveLength(1200)
    expect(ofKey(documents, other).every((document) => document['message'] !== undefined)).toBe(true)
    const mine = ofKey(documents, key)
    expect(mine.map((document) => (document['app'] as { door: number }).door).sort((a, b) => a - b)).toEqual(doors)
    expect(mine.some((document) => document['message'] !== undefined)).toBe(false)
    expect(mine[0]).toMatchObject({ event: { ingested: '2026-11-27T09:00:00.000Z' }, host: { name: 'web-1' } })
    // Nothing but the document says any more who sent it.
    expect(mine.every((document) => (document['log'] as { source?: object }).source !== undefined)).toBe(true)
    expect(await ask(bench)).toEqual([{ total: { documents: 2400, unchanged: 1200, foreign: 1200 } }])
  } finally {
    await bench.close()
  }
})

it('killed in the middle, it goes on from there: nothing twice, nothing lost', { timeout }, async () => {
  for (const when of ['before', 'after'] as const) {
    using directory = scratchDir('reprocess')
    const path = join(directory.path, 'doors.log')
    writeFileSync(path, content)
    const place = embedded(directory.path)
    const generations = new Map([[key, generationOf(path)]])
    let replaces = 0
    const fault: Fault = ({ store, ...rest }) => ({
      ...rest,
      store: Object.assign(Object.create(store) as typeof store, {
        async replace(...given: Parameters<typeof store.replace>) {
          const second = ++replaces === 2
          if (!(second && when === 'before')) await store.replace(...given)
          if (second) throw new Error('killed')
        },
      }),
    })
    const first = await openBench(directory.path, place, fault, generations)
    await storeWrong(first, path)
    await expect(ask(first)).rejects.toThrow('killed')
    await first.close()
    const second = await openBench(directory.path, place, undefined, generations)
    try {
      const left = when === 'before' ? 700 : 200
      expect((await ask(second)).at(-1)).toEqual({
        total: { documents: 1200, unchanged: 1200 - left, replaced: left },
      })
      expect(await place.doors(second.store)).toEqual(doors)
    } finally {
      await second.close()
    }
  }
})

it('takes what the document kept where the file is gone, and touches nothing where nobody has the record', {
  timeout,
}, async () => {
  using directory = scratchDir('reprocess')
  const path = join(directory.path, 'doors.log')
  const other = 'feedfeedfeedfeed'
  const place = embedded(directory.path)
  const generations = new Map([
    [key, generationOf(path)],
    [other, generationOf(path, { key: other })],
  ])
  const bench = await openBench(directory.path, place, undefined, generations)
  try {
    await storeWrong(bench, path, { 'event.original': goodLine(7) })
    // Other bytes under the name, as long and longer, are not the file.
    writeFileSync(path, 'x'.repeat(content.length + 1))
    expect((await ask(bench)).at(-1)).toEqual({ total: { documents: 1200, replaced: 1200 } })
    expect(await place.doors(bench.store)).toEqual(doors.map(() => 7))
    // Today's definitions keep no original; this one stays all the same.
    rmSync(path)
    expect((await ask(bench)).at(-1)).toEqual({ total: { documents: 1200, unchanged: 1200 } })
    await storeWrong(bench, path, {}, other)
    expect((await ask(bench)).at(-1)).toEqual({ total: { documents: 2400, unchanged: 1200, unreadable: 1200 } })
    expect(ofKey(await place.documents(bench.store), other)[0]).toMatchObject({ message: expect.any(String) })
  } finally {
    await bench.close()
  }
})

it('prints the record from its fields where nothing else is left of it and the grammar can', { timeout }, async () => {
  using directory = scratchDir('reprocess')
  const place = embedded(directory.path)
  const bench = await openBench(directory.path, place, undefined, new Map([[key, generationOf('/gone.log')]]))
  try {
    await die(bench, [goodLine(7), goodLine(8)])
    await Array.fromAsync(replayLetters(bench.context, {}, never))
    const before = await place.documents(bench.store)
    expect((await ask(bench)).at(-1)).toEqual({ total: { documents: 2, unchanged: 2 } })
    // A step of today's that was not there then.
    const [doors] = bench.context.config.pipelines as readonly [Pipeline]
    const pipelines = [{ ...doors, transforms: [...doors.transforms, set({ 'labels.floor': 'first' })] }]
    const context = { ...bench.context, config: { ...bench.context.config, pipelines } }
    const rows = await ask({ ...bench, context })
    expect(rows).toEqual([
      expect.objectContaining({ field: 'labels.floor', added: 2, after: '"first"' }),
      { total: { documents: 2, replaced: 2 } },
    ])
    expect(await place.documents(bench.store)).toEqual(
      before.map((document) => ({ ...document, labels: { floor: 'first' } })),
    )
    // Without that step they would lose what only the document has now: they stay.
    expect((await ask(bench)).at(-1)).toEqual({ total: { documents: 2, unreadable: 2 } })
  } finally {
    await bench.close()
  }
})
