import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Framing } from '../../src/event/framing.ts'
import { createArena } from '../../src/memory/arena.ts'
import { follow } from '../../src/source/follow.ts'
import { collectRecords, sourceBench } from './records.ts'

let run = 0
const arena = createArena(64 << 20)

/** Reads `bytes` as they arrive in `pieces`, and again at once; with windows so small that records cross them. */
export const bothWays = async (framing: Framing, bytes: Uint8Array, cuts: readonly number[]) => {
  const directory = mkdtempSync(join(tmpdir(), 'tailrace-framing-'))
  const read = async (pieces: readonly Uint8Array[]) => {
    const here = join(directory, String(run++))
    const path = `${here}.log`
    const bench = await sourceBench(here, { framing: () => framing, arena })
    writeFileSync(path, pieces[0]!)
    const options = {
      name: 'x',
      paths: [path],
      blockBytes: 16,
      verifyEvery: 0,
      discoverEvery: 0,
      settle: 1e9,
      watch: false,
    }
    const records = []
    if (pieces.length > 1) {
      const open = await bench.open(follow(options))
      for (const piece of pieces.slice(1)) {
        records.push(...(await collectRecords(open, undefined, { within: 4 })))
        appendFileSync(path, piece)
      }
      await open.close()
    }
    const last = await bench.open(follow(options), { once: true })
    records.push(...(await collectRecords(last)))
    await last.close()
    await bench.generations.close()
    rmSync(path)
    rmSync(here, { recursive: true })
    return records.map(({ text, from, to, flags }) => ({ text, from, to, flags }))
  }
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  const pieces = [0, ...places].map((from, i) => bytes.subarray(from, places[i] ?? bytes.length))
  try {
    return { whole: await read([bytes]), parts: await read(pieces) }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
