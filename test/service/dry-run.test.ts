import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { follow, grammar, indented, int, line, pipeline, rest, word } from 'tailrace'
import { describe, expect, test } from 'vitest'
import type { Pipeline } from '../../src/pipeline/pipeline.ts'
import { dryRunAll, tellDryRun } from '../../src/service/dry-run.ts'
import type { Config } from '../../src/service/load.ts'
import { scratchDir } from '../support/scratch-dir.ts'

const source = follow({ name: 'doors', paths: ['/tmp/none'] })
const doors = (layout: Parameters<typeof grammar>[0]['line'], sample: string) =>
  pipeline('doors')
    .from(source)
    .parse(grammar({ name: 'door.log', line: layout, samples: [sample], framing: indented() }))
const config = (one: Pipeline) => ({ pipelines: [one], timezone: 'UTC' }) as unknown as Config

const wide = doors(line`@door ${word('user.name')} ${rest('message')}`, '@door alice opened 7')
const strict = doors(line`@door ${word('user.name')} opened ${int('app.door')}`, '@door alice opened 7')

const tried = async (text: string, before: Pipeline, after: Pipeline) => {
  using scratch = scratchDir('dry-run')
  const path = join(scratch.path, 'doors.log')
  writeFileSync(path, '')
  appendFileSync(path, text)
  return await dryRunAll(config(before), config(after), () => [path])
}
const lines = (opened: number, odd: number): string =>
  '@door alice opened 7\n'.repeat(opened) + '@door bob knocked x\n'.repeat(odd)

describe('a dry run', () => {
  test('tells how many of the last lines parse, and which fields records have no longer or newly', async () => {
    const [run, ...more] = await tried(lines(2000, 100), wide, strict)
    expect(more).toEqual([])
    expect(run).toMatchObject({
      pipeline: 'doors',
      lines: 1000,
      before: { records: 1000, parsed: 1000, share: 1 },
      after: { records: 1000, parsed: 900 },
      gone: ['message'],
      added: ['app.door'],
      worse: true,
    })
    expect(tellDryRun(run!)).toMatch(
      /^doors: of the last 1000 lines 900 of 1000 records parse \(before: 1000 of 1000\); the first that does not: door\.log: expected .* at byte \d+ \(user\.name\); gone: message; new: app\.door$/,
    )
    expect(tellDryRun(run!)).not.toContain('knocked')
  })

  test('a few odd lines make a parser no worse, and one that reads more is not either', async () => {
    expect(await tried(lines(995, 5), wide, strict)).toMatchObject([{ after: { parsed: 995 }, worse: false }])
    expect(await tried(lines(100, 900), strict, wide)).toMatchObject([{ before: { parsed: 100 }, worse: false }])
  })

  test('records of several lines are one', async () => {
    const [run] = await tried('@door alice opened 7\n  and shut\n'.repeat(100), wide, strict)
    expect(run).toMatchObject({ lines: 200, before: { records: 100, parsed: 100 }, after: { records: 100, parsed: 0 } })
  })

  test('there is none where parsers stay the same, nothing lies in files, or they are no text', async () => {
    expect(await tried(lines(10, 0), wide, wide)).toEqual([])
    expect(await tried('', wide, strict)).toEqual([])
    expect(await dryRunAll(config(wide), config(strict), () => ['/tmp/none/at/all'])).toEqual([])
    expect(await dryRunAll({ ...config(wide), pipelines: [] }, config(strict), () => [])).toEqual([])
  })

  test('bytes of any kind are only read', async () => {
    const odd = Buffer.from([0, 255, 27, 91, 50, 74, 10, 0xc3, 40, 10]).toString('latin1')
    const [run] = await tried(`${odd}${'x'.repeat(100_000)}\n`, wide, strict)
    expect(run).toMatchObject({ before: { parsed: 0 }, after: { parsed: 0 }, worse: false })
    expect(tellDryRun(run!)).not.toContain('\u001b')
  })
})
