import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { printDiagnostic } from '../src/event/diagnostic.ts'
import { builtinPipelines } from '../src/service/builtin.ts'
import { findTests, runTests } from '../src/service/run-tests.ts'

const root = join(import.meta.dirname, '..')
const { files, problems } = await findTests([], { config: undefined, cwd: join(root, 'test') })

test('the tests of the packaged pipelines can be run', () => {
  expect(problems.map(printDiagnostic)).toEqual([])
})

test('each packaged pipeline has some', async () => {
  const tested = new Set(files.flatMap(({ tests }) => tests.map(({ pipeline }) => pipeline.name)))
  const packaged = (await builtinPipelines({}, true)).map(({ name }) => name)
  expect(packaged.filter((name) => !tested.has(name))).toEqual([])
})

describe.each(files.map((file) => ({ name: file.path.split('/').at(-1)!, file })))('$name', ({ file }) => {
  test('holds', async () => {
    const failed = (await Array.fromAsync(runTests(file, { update: false, cwd: root }))).filter(({ passed }) => !passed)
    expect(failed).toEqual([])
  })
})
