import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { scratchDir } from '../support/scratch-dir.ts'
import { tailrace } from '../support/tailrace.ts'

const directory = scratchDir('pipeline-tests')
afterAll(directory.remove)

const pipelineFile = `import { drop, follow, grammar, int, line, pipeline, rule, set, time, word } from 'tailrace'

export const doors = grammar({
  name: 'door.log',
  line: line\`@door \${time('@timestamp', 'iso')} \${int('app.door')} \${word('event.outcome')} \${word('user.name')}\`,
  samples: ['@door 2026-11-27T08:00:00Z 7 opened alice'],
})
const refused = rule({
  kind: 'threshold', name: 'refused', title: 'Refused', severity: 'P2', datasets: ['door.log'], over: '1m', above: 1,
  where: 'event.outcome: refused', by: ['user.name'],
})
export default pipeline('doors')
  .from(follow({ name: 'doors', paths: ['doors.log'] }))
  .parse(doors)
  .through(set({ 'labels.site': 'hq' }))
  .through(drop('user.name: cleaner'))
  .watched(refused)
`
const configuration = `import { defineConfig, env } from 'tailrace'
import doors from './pipelines/doors.ts'
export default defineConfig({ pipelines: [doors], web: { token: env.secret('NOT_SET_WHERE_TESTS_RUN') } })
`
const line = (second: number, outcome: string, user: string) =>
  `'@door 2026-11-27T08:00:0${second}Z 7 ${outcome} ${user}'`
const whole = `{ '@timestamp': '2026-11-27T08:00:00.000Z', app: { door: 7 }, 'event.outcome': 'opened', user: { name: 'alice' }, labels: { site: 'hq' }, 'event.dataset': 'door.log' }`

let number = 0
/** Tests in a folder of their own; `tailrace test` is asked about them. */
const project = (tests: string) => {
  const folder = join(directory.path, String(number++))
  mkdirSync(join(folder, 'pipelines'), { recursive: true })
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write('tailrace.config.ts', configuration)
  write('pipelines/doors.ts', pipelineFile)
  write(
    'pipelines/doors.tests.ts',
    `import { pipelineTest } from 'tailrace'\nimport doors from './doors.ts'\n\nexport default [\n${tests}\n]\n`,
  )
  const run = async (...args: readonly string[]) => {
    const { code, out, err } = await tailrace(folder, ['test', ...args])
    return { code, out, err: err.replaceAll(`${folder}/`, '') }
  }
  return { folder, write, run }
}

describe('tailrace test', () => {
  test('runs lines through source, parser, transforms and rules, and passes what comes as expected', async () => {
    const { run } = project(`
      pipelineTest(doors, { name: 'a document, whole', lines: [${line(0, 'opened', 'alice')}], documents: [${whole}] }),
      pipelineTest(doors, { name: 'dropped', lines: [${line(0, 'opened', 'cleaner')}], documents: [] }),
      pipelineTest(doors, { name: 'dead', lines: ['@door knock', ${line(0, 'opened', 'bob')}], failures: [{ line: 1, stage: 'parse' }] }),
      pipelineTest(doors, {
        name: 'fires',
        lines: [${line(0, 'refused', 'bob')}, ${line(1, 'refused', 'bob')}, ${line(2, 'refused', 'carol')}],
        alerts: [{ rule: 'refused', state: 'firing', group: { 'user.name': 'bob' }, value: 2 }],
      }),`)
    const { code, out, err } = await run('--format', 'json')
    expect(JSON.parse(out)).toMatchObject([
      { name: 'a document, whole', pipeline: 'doors', passed: true, differences: [] },
      { name: 'dropped', passed: true },
      { name: 'dead', passed: true },
      { name: 'fires', passed: true, file: 'pipelines/doors.tests.ts', line: 9, column: 7 },
    ])
    expect([code, err]).toEqual([0, '4 tests, 4 passed, 0 failed\n'])
  })

  test('shows each difference with the place of its test, and ends with 1', async () => {
    const { run } = project(`
      pipelineTest(doors, { name: 'other values', lines: [${line(0, 'opened', 'alice')}], documents: [${whole
        .replace('door: 7', "door: '7', floor: 2")
        .replace(", 'event.dataset': 'door.log'", '')}] }),
      pipelineTest(doors, { name: 'one more', lines: [${line(0, 'opened', 'bob')}, '@door knock'], documents: [] }),
      pipelineTest(doors, { name: 'one less', lines: [], documents: [{ 'app.door': 7 }], failures: [{ line: 1 }], alerts: [{ rule: 'refused' }] }),
      pipelineTest(doors, { name: 'not there', lines: [${line(0, 'opened', 'bob')}], documents: [{ user: null, 'labels.none': null }], partial: true }),`)
    const { code, out, err } = await run()
    const places = [6, 7, 8, 9].map((at) => `pipelines/doors.tests.ts:${at}:7`)
    expect(out).toBe(`FAIL ${places[0]}: other values
  document 1, of line 1, app.door
    - "7"
    + 7
  document 1, of line 1, app.floor
    - 2
    + nothing
  document 1, of line 1, event.dataset
    - nothing
    + "door.log"
FAIL ${places[1]}: one more
  document 1, of line 1
    - nothing
    + {"@timestamp":"2026-11-27T08:00:00.000Z","app":{"door":7},"event":{"dataset":"door.log","outcome":"opened"},"user":{"name":"bob"},"labels":{"site":"hq"}}
  failure 1, of line 2
    - nothing
    + {"line":2,"stage":"parse","code":"bad_value","field":"@timestamp"}
FAIL ${places[2]}: one less
  document 1
    - {"app.door":7}
    + nothing
  failure 1
    - {"line":1}
    + nothing
  alert 1
    - {"rule":"refused"}
    + nothing
FAIL ${places[3]}: not there
  document 1, of line 1, user
    - nothing
    + {"name":"bob"}
`)
    expect([code, err]).toEqual([1, '4 tests, 0 passed, 4 failed\n'])
  })

  test('what a test does not say itself is written down when asked for, and held from then on', async () => {
    const { folder, write, run } = project(
      `pipelineTest(doors, { name: 'recorded', lines: [${line(0, 'refused', 'bob')}, ${line(1, 'refused', 'bob')}, '@door knock'] }),
       pipelineTest(doors, { name: 'said', lines: [], documents: [] }),`,
    )
    const path = join(folder, 'pipelines/doors.tests.expected.json')
    const first = await run()
    expect(first.code).toBe(1)
    expect(first.out).toContain("nothing is expected of it yet: 'tailrace test --update' writes it down")
    expect(existsSync(path)).toBe(false)
    expect((await run('--update')).code).toBe(0)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      recorded: {
        documents: [{ user: { name: 'bob' }, event: { dataset: 'door.log' } }, {}],
        failures: [{ line: 3 }],
        alerts: [{ rule: 'refused', state: 'firing' }],
      },
    })
    expect((await run()).code).toBe(0)
    write('pipelines/doors.ts', pipelineFile.replace("'hq'", "'branch'"))
    const changed = await run('pipelines/doors.tests.ts')
    expect(changed.code).toBe(1)
    expect(changed.out).toContain('document 1, of line 1, labels.site\n    - "hq"\n    + "branch"')
  })

  test('mistakes keep it from running, all at once and with their places; so does a file without tests', async () => {
    const { write, run } = project(`
      pipelineTest(doors, { name: 'twice', lines: [], documents: [] }),
      pipelineTest(doors, { name: 'twice', lines: [], documents: [], now: 'noon' }),`)
    const { code, out, err } = await run()
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain("pipelines/doors.tests.ts:7:7: test 'twice': now is 'noon'. Give an ISO time")
    expect(err).toContain("pipelines/doors.tests.ts:7:7: two tests are called 'twice'. Give each its own name.")
    write('pipelines/doors.tests.ts', 'export default []\n')
    expect((await run()).err).toContain('pipelines/doors.tests.ts: the file exports no list of tests.')
    write('pipelines/doors.tests.ts', "import './gone.ts'\n")
    expect((await run()).err).toContain('the tests cannot be loaded')
  })
})
