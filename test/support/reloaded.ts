import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import { type StandIn, standIn } from '../store/elasticsearch/stand-in.ts'
import { createService, type Service } from './service.ts'
import { waitUntil } from './wait-until.ts'

export const parser = (word: string): string => `
import { grammar, int, line, time, word } from 'tailrace'
export const door = grammar({
  name: 'door.log', title: 'Doors',
  line: line\`\${time('@timestamp', 'iso')} ${word} \${int('app.door')} for \${word('user.name')}\`,
  samples: ['2026-11-27T08:00:00Z ${word} 7 for alice'],
})
`
export const pipelineFile = (paths: Readonly<Record<string, string>>, rack: string): string => `
import { follow, pipeline, set } from 'tailrace'
import { door } from '../parsers/door.ts'
import table from './table.json' with { type: 'json' }
export default [${Object.entries(paths)
  .map(
    ([name, path]) =>
      `pipeline('${name}').from(follow({ name: '${name}', paths: ['${path}'] })).parse(door).through(set({ 'labels.rack': '${rack}', 'labels.table': table.value }))`,
  )
  .join(', ')}]
`
export const configFile = `
import { defineConfig } from 'tailrace'
import pipelines from './pipelines/all.ts'
export default defineConfig({ pipelines })
`

/** Of the test that runs. */
export let store: StandIn
export let service: Service
/** A service in a directory of its own, with two pipelines over a parser, a table and a store that a test can look into. */
export const aService = (): void => {
  beforeEach(async () => {
    store = await standIn()
    service = createService({ TAILRACE_STORE: store.url }, ['--grace', '2s'])
    write('parsers/door.ts', parser('door'))
    write('pipelines/table.json', '{"value":"t1"}')
    write('pipelines/all.ts', pipelineFile({ a: 'a.log', b: 'b.log' }, 'r1'))
    write('tailrace.config.ts', configFile)
    write('a.log', '')
    write('b.log', '')
  })
  afterEach(async () => {
    await service[Symbol.asyncDispose]()
    await store.close()
  })
}
export const at = (name: string): string => join(service.directory, name)
export const write = (name: string, text: string): void => {
  mkdirSync(join(at(name), '..'), { recursive: true })
  writeFileSync(at(name), text)
}

interface Stored {
  readonly app: { readonly door: number }
  readonly labels: { readonly rack: string; readonly table: string }
  readonly log: { readonly file: { readonly path: string } }
}
export const stored = (file: string): Stored[] =>
  [...store.documents.values()].map((one) => one as unknown as Stored).filter(({ log }) => log.file.path === at(file))
/** How often the log says so. */
export const says = (text: string): number => service.said().split(text).length - 1
export const inForce = (times: number) =>
  waitUntil(`it is in force, ${times}`, () => says('the configuration is in force') >= times)
/** Each line once, whatever was read again meanwhile. */
export const whole = (file: string, count: number) =>
  waitUntil(`all of ${file} is stored`, () => {
    const doors = stored(file).map(({ app }) => app.door)
    return doors.length >= count && new Set(doors).size === count
  }).then(() => expect(store.stored.length).toBe(new Set(store.stored).size))

/** Writes lines with numbers in them, some each moment, through one handle. */
export const writer = (file: string, word = () => 'door') => {
  const handle = openSync(at(file), 'a')
  let count = 0
  const timer = setInterval(() => {
    let text = ''
    for (let i = 0; i < 20; i++) text += `2026-11-27T08:00:00Z ${word()} ${count++} for alice\n`
    writeSync(handle, text)
  }, 10)
  return {
    get count() {
      return count
    },
    stop() {
      clearInterval(timer)
      closeSync(handle)
      return count
    },
  }
}
export const started = () => waitUntil('it follows', () => says('following a, b') === 1)
