import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchDir } from '../support/scratch-dir.ts'
import { rowsOf } from '../support/service.ts'
import { tailrace } from '../support/tailrace.ts'

const parsers = new URL('../../parsers/', import.meta.url).pathname
const configOf = (sources: string, step: string): string => `
import { cri, defineConfig, docker, pipeline, set } from 'tailrace'
import { pythonLog } from '${parsers}python-log.ts'
export default defineConfig({ pipelines: [pipeline('containers').from(${sources}).parse(pythonLog)${step}] })
`
const time = '2026-11-27T08:00:00.00000000'
const trace = [
  '2026-11-27 08:00:00,123 ERROR shop.orders: it broke',
  'Traceback (most recent call last):',
  '  File "/srv/shop.py", line 7, in order',
  '    raise ValueError("no such thing")',
  'ValueError: no such thing',
]
const info = (n: number): string => `2026-11-27 08:00:0${n},000 INFO shop.stock: on stock: ${n}`
/** A trace in the one stream, a line of the other between each two of its lines, and lines in two pieces. */
const pieces: readonly (readonly [stream: string, text: string, partial: boolean])[] = [
  ...trace.flatMap((text, i) => [
    ['stderr', text, false] as const,
    ['stdout', info(i).slice(0, 30), true] as const,
    ['stdout', info(i).slice(30), false] as const,
  ]),
  ['stderr', info(9), false],
]
const formats = {
  docker: {
    source: "docker({ paths: ['containers/*/*-json.log'] })",
    path: ['containers', 'a'.repeat(64), `${'a'.repeat(64)}-json.log`],
    line: (stream: string, text: string, partial: boolean, i: number) =>
      JSON.stringify({
        log: partial ? text : `${text}\n`,
        stream,
        attrs: { tag: 'x' },
        time: `${time}${(i % 9) + 1}Z`,
      }),
  },
  cri: {
    source: "cri({ paths: ['pods/*/*/*.log'] })",
    path: ['pods', 'shop_web-1_11111111-2222-3333-4444-555555555555', 'web', '0.log'],
    line: (stream: string, text: string, partial: boolean, i: number) =>
      `${time}${(i % 9) + 1}Z ${stream} ${partial ? 'P' : 'F'} ${text}`,
  },
}

test.each(Object.entries(formats))(
  'what came in envelopes of %s is read again through them, each record as it was joined',
  async (_, { source, path, line }) => {
    using directory = scratchDir('reprocess-containers')
    const write = (step: string): void =>
      writeFileSync(join(directory.path, 'tailrace.config.ts'), configOf(source, step))
    const ask = async (...args: readonly string[]) => {
      const { code, out, err } = await tailrace(directory.path, [...args, '--format', 'ndjson'])
      expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })
      return rowsOf(out)
    }
    const reprocessed = (...more: readonly string[]) =>
      ask('reprocess', '--dataset', 'python.log', '--since', '2026-01-01', ...more)
    const documents = () => ask('search', '--sort', 'log.offset', '-n', '100')
    mkdirSync(join(directory.path, ...path.slice(0, -1)), { recursive: true })
    const text = pieces.map(([stream, piece, partial], i) => `${line(stream, piece, partial, i)}\n`).join('')
    writeFileSync(join(directory.path, ...path), text)

    write('')
    expect(await tailrace(directory.path, ['run', '--once', '--no-web'])).toMatchObject({ code: 0 })
    const before = await documents()
    expect(before).toHaveLength(7)
    expect(before[0]).toMatchObject({ stream: 'stderr', error: { type: 'ValueError' } })
    expect(await reprocessed('--dry-run')).toEqual([{ total: { documents: 7, unchanged: 7 } }])

    write(".through(set({ 'service.name': 'shop' }))")
    expect((await reprocessed()).at(-1)).toEqual({ total: { documents: 7, replaced: 7 } })
    expect(await documents()).toEqual(before.map((document) => ({ ...document, service: { name: 'shop' } })))
    expect((await tailrace(directory.path, ['ledger', '--verify'])).code).toBe(0)

    // Where the file is gone, nothing tells any more what was around a record.
    writeFileSync(join(directory.path, ...path), '')
    write(".through(set({ 'service.name': 'other' }))")
    const gone = await tailrace(directory.path, [
      'reprocess',
      '--dataset',
      'python.log',
      '--since',
      '2026-01-01',
      '--format',
      'ndjson',
    ])
    expect({ code: gone.code, rows: rowsOf(gone.out) }).toEqual({
      code: 1,
      rows: [{ total: { documents: 7, unreadable: 7 } }],
    })
    expect((await documents()).every(({ service }) => (service as { name: string }).name === 'shop')).toBe(true)
  },
  120_000,
)
