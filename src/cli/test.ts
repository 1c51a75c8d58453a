import type { Command } from 'commander'
import { printDiagnostic } from '../event/diagnostic.ts'
import { printable } from '../event/printable.ts'
import type { Difference } from '../service/compare-yielded.ts'
import type { TestResult } from '../service/run-tests.ts'
import { Exit, usage } from './exit.ts'
import { type General, withGeneral } from './general.ts'

interface Options extends General {
  readonly format: string
  readonly update?: boolean
}

const show = ({ what, number, line, field, expected, actual }: Difference): string => {
  const where = `  ${what} ${number}${line === undefined ? '' : `, of line ${line}`}${field === undefined ? '' : `, ${field}`}`
  return `${printable(where)}\n    - ${printable(expected ?? 'nothing')}\n    + ${printable(actual ?? 'nothing')}\n`
}

const tell = ({ name, file, line, column, passed, differences, error }: TestResult): string =>
  `${passed ? 'ok  ' : 'FAIL'} ${printable(`${file}:${line}:${column}: ${name}`)}\n${
    error === undefined ? '' : `  ${printable(error)}\n`
  }${differences.map(show).join('')}`

const test = async (files: readonly string[], { format: asked, update = false, config }: Options): Promise<void> => {
  const { checkFormat, print, printRows } = await import('./output.ts')
  const { findTests, runTests } = await import('../service/run-tests.ts')
  const format = checkFormat(asked)
  const cwd = process.cwd()
  const found = await findTests(files, { config, cwd })
  if (found.problems.length > 0) throw new Exit(2, [...new Set(found.problems.map(printDiagnostic))].join('\n'))
  if (found.files.length === 0)
    throw usage("there is no test: 'export default [pipelineTest(…)]' from a file beside a pipeline, NAME.tests.ts")
  let passed = 0
  let failed = 0
  const results = async function* (): AsyncGenerator<TestResult> {
    for (const file of found.files)
      for await (const result of runTests(file, { update, cwd })) {
        if (result.passed) passed++
        else failed++
        yield result
      }
  }
  if (format === 'table') for await (const result of results()) await print(tell(result))
  else
    await printRows(
      (async function* () {
        for await (const result of results()) yield JSON.stringify(result)
      })(),
      format,
    )
  process.stderr.write(`${passed + failed} tests, ${passed} passed, ${failed} failed\n`)
  if (failed > 0) process.exitCode = 1
}

export const addTest = (program: Command): void => {
  withGeneral(
    program
      .command('test')
      .description('pipeline tests: lines in, expected documents, failures and alerts out (- expected, + yielded)'),
  )
    .argument('[files...]', 'else every *.tests.ts beside the files the configuration is made of')
    .option('--format <format>', 'table, ndjson or json', 'table')
    .option('--update', 'write what is yielded to *.tests.expected.json, for tests that do not say what they expect')
    .action(test)
}
