import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { scratchDir } from '../support/scratch-dir.ts'
import { tailrace } from '../support/tailrace.ts'

const directory = scratchDir('check-lock')
afterAll(directory.remove)

const doors = (captures: string, sample: string): string => `import { grammar, int, ip, line, word } from 'tailrace'

export const doors = grammar({
  name: 'door.log',
  line: line\`@door ${captures}\`,
  samples: ['@door ${sample}'],
})
`
const before = doors(`\${word('user.name')} \${int('app.door')} \${word('event.outcome')}`, 'alice 7 opened')
const configuration = (
  steps = '',
  name = '',
) => `import { defineConfig, follow, pipeline, rename, rule } from 'tailrace'
import { doors } from './doors.ts'

const refused = rule({
  kind: 'threshold', name: 'refused', title: 'Refused', severity: 'P2', datasets: ['door.log'], over: '1m', above: 3,
  where: 'event.outcome: refused', by: ['user.name'],
})
export default defineConfig({
  pipelines: [pipeline('doors'${name}).from(follow({ name: 'doors', paths: ['doors.log'] })).parse(doors)${steps}.watched(refused)],
})
`

let number = 0
/** A configuration in a folder of its own with a lock of it, changed behind that. */
const locked = async () => {
  const folder = join(directory.path, String(number++))
  mkdirSync(folder)
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  const run = async (...args: readonly string[]) => {
    const { code, out, err } = await tailrace(folder, ['check', ...args])
    return {
      code,
      err: err.replaceAll(`${folder}/`, ''),
      lines: out.replaceAll(`${folder}/`, '').trimEnd().split('\n'),
    }
  }
  write('doors.ts', before)
  write('tailrace.config.ts', configuration())
  return { write, run, lock: () => readFileSync(join(folder, 'tailrace.lock.json'), 'utf8') }
}

describe('the lock of fields', () => {
  test('is missed once where there is none, and written when asked for', async () => {
    const { run, lock } = await locked()
    const first = await run()
    expect(first.code).toBe(0)
    expect(first.err).toBe(
      "tailrace: there is no lock of fields (tailrace.lock.json); 'tailrace check --update-lock' writes one, and then check tells what a change breaks\n",
    )
    expect((await run('--update-lock')).code).toBe(0)
    expect(JSON.parse(lock())).toMatchObject({
      lock: 1,
      around: { tailrace: { '@timestamp': 'date', 'log.flags': 'keyword list' } },
      datasets: { 'door.log': { 'app.door': 'long', 'event.outcome': 'keyword', 'user.name': 'keyword' } },
    })
  })

  test('a field that is gone, of another type or renamed is told with what asks for it; a new one breaks nothing', async () => {
    const { write, run, lock } = await locked()
    await run('--update-lock')
    const written = lock().split('\n')
    const place = (field: string) => {
      const line = written.findIndex((text) => text.includes(`"${field}"`))
      return `tailrace.lock.json:${line + 1}:${written[line]!.indexOf('"') + 1}`
    }
    write('doors.ts', doors(`\${word('user.id')} \${word('app.door')} \${word('event.outcome')}`, 'alice 7 opened'))
    const broken = await run()
    expect(broken.lines).toEqual([
      `doors.ts:3:22: door.log: the field 'user.name' (keyword, in ${place('user.name')}) is gone, and 'user.id', of the same type, is new; rule 'refused' (by) asks for it. If it was renamed, keep the old name with .through(rename({ 'user.id': 'user.name' })), let searches by it find the new one with .through(alias({ 'user.name': 'user.id' })), or accept the new one with 'tailrace check --update-lock'.`,
      `doors.ts:5:46: door.log: the field 'app.door' (long, in ${place('app.door')}) is keyword now. Capture it as long, or under another name; stores keep the type a field has, so accept this with 'tailrace check --update-lock' only where none holds it.`,
    ])
    expect(broken.code).toBe(1)

    write('doors.ts', doors(`\${word('user.name')} \${int('app.door')} \${word('app.how')}`, 'alice 7 opened'))
    expect((await run()).lines).toEqual([
      `doors.ts:3:22: door.log: the field 'event.outcome' (keyword, in ${place('event.outcome')}) is gone, and 'app.how', of the same type, is new; rule 'refused' (where) asks for it. If it was renamed, keep the old name with .through(rename({ 'app.how': 'event.outcome' })), let searches by it find the new one with .through(alias({ 'event.outcome': 'app.how' })), or accept the new one with 'tailrace check --update-lock'.`.replace(
        ' and the digest ask ',
        ' asks ',
      ),
    ])

    write(
      'doors.ts',
      doors(
        `\${word('user.name')} \${int('app.door')} \${word('event.outcome')} \${ip('source.ip')}`,
        'alice 7 opened 10.0.0.1',
      ),
    )
    const more = await run()
    expect([more.code, more.err]).toEqual([
      0,
      "tailrace: new since tailrace.lock.json was written: door.log: source.ip; 'tailrace check --update-lock' adds them\n",
    ])
  })

  test('the way back that it proposes holds', async () => {
    const { write, run } = await locked()
    await run('--update-lock')
    write('doors.ts', doors(`\${word('user.id')} \${int('app.door')} \${word('event.outcome')}`, 'alice 7 opened'))
    write('tailrace.config.ts', configuration(".through(rename({ 'user.id': 'user.name' }))"))
    expect((await run()).code).toBe(0)
  })

  test('a dataset of another name is told with the way to keep the old one', async () => {
    const { write, run } = await locked()
    await run('--update-lock')
    write('tailrace.config.ts', configuration('', ", { dataset: 'gates' }"))
    const { code, lines } = await run()
    expect(code).toBe(1)
    expect(lines[0]).toContain(
      "the dataset 'door.log' is gone: no pipeline yields it any more; 'gates', which is new, has its fields. If it was renamed, keep the old name with pipeline('…', { dataset: 'door.log' })",
    )
  })

  test('one that cannot be used is a mistake, and is written anew when asked for', async () => {
    const { write, run } = await locked()
    write('tailrace.lock.json', '{"lock":1,')
    const { code, lines } = await run()
    expect([code, lines[0]]).toEqual([1, expect.stringContaining('tailrace.lock.json: the lock of fields is no JSON')])
    expect((await run('--update-lock')).code).toBe(0)
  })

  test('is not written while there are mistakes', async () => {
    const { write, run, lock } = await locked()
    await run('--update-lock')
    const written = lock()
    write('doors.ts', doors(`\${word('user.id')}`, 'al ice'))
    expect((await run('--update-lock')).code).toBe(1)
    expect(lock()).toBe(written)
  })
})
