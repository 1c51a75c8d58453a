import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Grammar } from '../src/grammar/grammar.ts'
import { createArena } from '../src/memory/arena.ts'
import { loadFormats } from '../src/service/formats.ts'
import type { Benchmark, Row } from './support/benchmark.ts'
import { pieceBytes } from './support/read-pieces.ts'
import { goalMib, goalRecords, repeated, speedOf } from './support/speed-of.ts'

const root = join(import.meta.dirname, '..')

interface Truth {
  readonly failures?: number
  readonly encoding?: string
  readonly logFormat?: string
}

/** What a format's program writes: its fixtures, but for those that hold what no reader takes. */
const logOf = ({ name, samples }: Grammar): Buffer => {
  const truth = JSON.parse(readFileSync(join(root, 'fixtures/truth.json'), 'utf8')) as Readonly<Record<string, Truth>>
  const texts = Object.entries(truth)
    .filter(
      ([file, one]) =>
        file.startsWith(`${name}/`) &&
        (one.failures ?? 0) === 0 &&
        one.encoding === undefined &&
        one.logFormat === undefined,
    )
    .map(([file]) => readFileSync(join(root, 'fixtures', file)))
    // One very long line says nothing of the others.
    .filter((bytes) => bytes.length > 0 && bytes.length < pieceBytes)
  const lines = texts.length === 0 ? [Buffer.from(`${samples.join('\n')}\n`)] : texts
  const once = Buffer.concat(lines.flatMap((bytes) => (bytes.at(-1) === 10 ? [bytes] : [bytes, Buffer.from('\n')])))
  return repeated(once)
}

const formats: Benchmark = {
  name: 'formats',
  about: `lines of every format in memory to typed columns: ${goalRecords.toLocaleString('en')} records or ${goalMib} MiB a second, and what a line costs that is not read`,
  async run({ rounds }) {
    const arena = createArena(256 << 20)
    const rows: Row[] = []
    for (const grammar of (await loadFormats()).grammars)
      rows.push(...(await speedOf(arena, grammar, logOf(grammar), rounds)))
    return rows
  },
}
export default formats
