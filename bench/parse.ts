import { deepStrictEqual } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nginxAccess } from '../parsers/nginx-access.ts'
import { outcome, release } from '../src/event/batch.ts'
import type { Column } from '../src/event/column.ts'
import { createWriter } from '../src/event/document.ts'
import { createArena } from '../src/memory/arena.ts'
import { writeAccessLog } from './support/access-log.ts'
import type { Benchmark, Sample } from './support/benchmark.ts'
import { compare } from './support/compare.ts'
import { eventOf } from './support/line-by-line.ts'
import { newline, pieceReader, pieces } from './support/read-pieces.ts'

/** Takes the documents of one piece, as newline-delimited JSON. Valid until it returns. */
type Take = (documents: Buffer) => void
type Way = (log: Buffer, take: Take) => void

const lineByLine: Way = (log, take) => {
  for (const piece of pieces(log)) {
    const documents: string[] = []
    for (const line of piece.toString('utf8').split('\n'))
      if (line !== '') documents.push(JSON.stringify(eventOf(line)))
    take(Buffer.from(`${documents.join('\n')}\n`))
  }
}

/** As a source, the grammar and a store's body do it: lines, records, columns, documents, all in one memory. */
const throughColumns = (): Way => {
  const arena = createArena(64 << 20)
  const batches = pieceReader(arena, nginxAccess)
  const dataset: Column = { kind: 'constant', value: nginxAccess.name }
  const body = arena.lease(16 << 20)!
  return (log, take) => {
    for (const batch of batches(log)) {
      batch.columns.set('event.dataset', dataset)
      const writer = createWriter(batch)
      let at = body.start
      for (let row = 0; row < batch.count; row++) {
        if (batch.outcome[row] !== outcome.live)
          throw new Error(`a line was not read: ${JSON.stringify(batch.failures.get(row))}`)
        at = writer.write(row, at)
        arena.bytes[at++] = newline
      }
      take(arena.node.subarray(body.start, at))
      release(batch)
    }
  }
}

const documentsOf = (way: Way, log: Buffer): unknown[] => {
  let text = ''
  way(log, (documents) => {
    text += documents.toString('utf8')
  })
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as unknown]))
}

/** All of them are held in memory. */
const mostLines = 500_000
const compared = 20_000

const parse: Benchmark = {
  name: 'parse',
  about: 'nginx combined lines in memory to nested ECS documents as newline-delimited JSON, typed',
  async run({ folder, rounds, ...settings }) {
    const { path, lines, bytes } = writeAccessLog(join(folder, 'access.log'), {
      lines: Math.min(settings.lines, mostLines),
    })
    const log = readFileSync(path)
    const columns = throughColumns()
    let end = -1
    for (let i = 0; i < Math.min(compared, lines); i++) end = log.indexOf(newline, end + 1)
    // Both must have done the same work.
    const some = log.subarray(0, end + 1)
    const expected = documentsOf(lineByLine, some)
    for (const [i, document] of documentsOf(columns, some).entries()) deepStrictEqual(document, expected[i])
    const measure = (way: Way) => async (): Promise<Sample> => {
      const begun = performance.now()
      const before = process.cpuUsage()
      let written = 0
      way(log, (documents) => {
        written += documents.length
      })
      const { user, system } = process.cpuUsage(before)
      if (written < bytes) throw new Error('fewer bytes were written than read')
      return { lines, bytes, cpuSeconds: (user + system) / 1e6, seconds: (performance.now() - begun) / 1000 }
    }
    return compare(
      [
        { name: 'regular expression, JSON.stringify', measure: measure(lineByLine) },
        { name: 'through columns', goals: [{ figure: 'ratio', atLeast: 2 }], measure: measure(columns) },
      ],
      { rounds },
    )
  },
}
export default parse
