import { existsSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { writeAtomic } from '../durable/file.ts'
import { type Diagnostic, diagnose, siteOf } from '../event/diagnostic.ts'
import { isObject } from '../event/is-object.ts'
import { checkGrammars } from '../grammar/check.ts'
import { isRecorded, type PipelineTest } from '../pipeline/pipeline-test.ts'
import { parse, stringify } from '../store/stringify.ts'
import { rulesOf } from './check-rules.ts'
import { compareYielded, type Difference, type Recorded, recordOf } from './compare-yielded.ts'
import { withFormats } from './formats.ts'
import { configurationFiles, followModules } from './fresh-modules.ts'
import { findConfig, importConfig } from './import-config.ts'
import { loadProblem } from './load-problem.ts'
import { testPipeline } from './test-pipeline.ts'

/** What became of a test. */
export interface TestResult {
  readonly name: string
  readonly pipeline: string
  readonly file: string
  readonly line: number
  readonly column: number
  readonly passed: boolean
  readonly differences: readonly Difference[]
  /** Why it could not be held against anything. */
  readonly error?: string
}

interface TestFile {
  readonly path: string
  readonly tests: readonly PipelineTest[]
  readonly recorded: Readonly<Record<string, Recorded>>
}

/** Tests that can be run, and every mistake that keeps one from it. */
export interface FoundTests {
  readonly files: readonly TestFile[]
  readonly problems: readonly Diagnostic[]
}

const packaged = fileURLToPath(new URL('../../pipelines/', import.meta.url))
const isTestFile = (name: string): boolean => /\.tests\.[cm]?[jt]s$/.test(name)
const recordPath = (file: string): string => file.replace(/\.[cm]?[jt]s$/, '.expected.json')

/** Folders of the files that the configuration is made of; without one, of the packaged pipelines. */
const foldersOf = async (config: string | undefined, problems: Diagnostic[]): Promise<readonly string[]> => {
  if (config === undefined) return [packaged]
  followModules()
  await importConfig(config, problems)
  return [...new Set([config, ...configurationFiles()].map((path) => dirname(path)))].sort()
}

const isTest = (value: unknown): value is PipelineTest =>
  isObject(value) && isObject(value['pipeline']) && Array.isArray(value['lines']) && typeof value['name'] === 'string'

const readRecorded = (file: string, problems: Diagnostic[]): TestFile['recorded'] => {
  const path = recordPath(file)
  if (!existsSync(path)) return {}
  try {
    const value = parse(readFileSync(path, 'utf8'))
    if (isObject(value)) return value as TestFile['recorded']
  } catch {}
  problems.push({
    file: path,
    text: 'what is expected cannot be read',
    mend: "Take the committed file, or remove it and write it anew with 'tailrace test --update'",
  })
  return {}
}

const checkTests = (tests: readonly PipelineTest[]): readonly Diagnostic[] => {
  const names = new Set<string>()
  return tests.flatMap(({ name, site, problems, pipeline }) => {
    const isTwice = names.has(name)
    names.add(name)
    return [
      ...problems,
      ...pipeline.problems,
      ...(isTwice ? [diagnose(site, `two tests are called '${name}'`, 'Give each its own name')] : []),
    ]
  })
}

const loadFile = async (path: string, problems: Diagnostic[]): Promise<TestFile | undefined> => {
  if (!existsSync(path)) {
    problems.push({ file: path, text: 'there is no such file', mend: 'Name a file of tests' })
    return undefined
  }
  let exported: unknown
  try {
    exported = ((await import(pathToFileURL(path).href)) as { readonly default?: unknown }).default
  } catch (error) {
    problems.push(loadProblem(error, path, 'the tests'))
    return undefined
  }
  const given = [exported].flat()
  const tests = given.filter(isTest)
  if (tests.length === 0 || tests.length < given.length) {
    const mend = 'Write `export default [pipelineTest(…, { … })]`'
    problems.push({ file: path, text: 'the file exports no list of tests', mend })
    return undefined
  }
  const pipelines = await withFormats(tests.map(({ pipeline }) => pipeline))
  const whole = tests.map((test, i) => ({ ...test, pipeline: pipelines[i]! }))
  problems.push(...checkTests(whole))
  return { path, tests: whole, recorded: readRecorded(path, problems) }
}

/** Tests of these files, else of all `*.tests.ts` beside the files that the configuration is made of. */
export const findTests = async (
  files: readonly string[],
  options: { readonly config?: string | undefined; readonly cwd: string },
): Promise<FoundTests> => {
  const problems: Diagnostic[] = []
  const paths = files.map((file) => resolve(options.cwd, file))
  if (paths.length === 0)
    for (const folder of await foldersOf(findConfig(options.config, options.cwd), problems))
      for (const name of (await readdir(folder)).filter(isTestFile).sort()) paths.push(join(folder, name))
  const loaded: TestFile[] = []
  for (const path of paths) {
    const file = await loadFile(path, problems)
    if (file !== undefined) loaded.push(file)
  }
  const pipelines = [...new Set(loaded.flatMap(({ tests }) => tests.map(({ pipeline }) => pipeline)))]
  problems.push(...checkGrammars([...new Set(pipelines.flatMap(({ parsers }) => parsers))]))
  for (const pipeline of pipelines)
    problems.push(
      ...rulesOf({ pipelines: [pipeline], rules: pipeline.rules, timezone: pipeline.timezone ?? 'UTC' }).problems,
    )
  return { files: loaded, problems }
}

const runTest = async (
  test: PipelineTest,
  recorded: Recorded | undefined,
  update: boolean,
): Promise<Pick<TestResult, 'differences' | 'error'> & { readonly record?: Recorded }> => {
  const judges = test.alerts !== undefined || (isRecorded(test) && test.pipeline.rules.length > 0)
  try {
    const yielded = await testPipeline(test, { judges })
    if (!isRecorded(test)) return { differences: compareYielded(test, yielded, undefined) }
    if (update) return { differences: [], record: recordOf(yielded) }
    return recorded === undefined
      ? { differences: [], error: "nothing is expected of it yet: 'tailrace test --update' writes it down" }
      : { differences: compareYielded(test, yielded, recorded) }
  } catch (error) {
    return { differences: [], error: error instanceof Error ? error.message : String(error) }
  }
}

/** Runs the tests of a file, in order; with `update` what those yield is written that say nothing themselves. */
export async function* runTests(
  { path, tests, recorded }: TestFile,
  { update, cwd }: { readonly update: boolean; readonly cwd: string },
): AsyncGenerator<TestResult> {
  const records: Record<string, Recorded> = {}
  for (const test of tests) {
    const { differences, error, record } = await runTest(test, recorded[test.name], update)
    const { file = path, line = 1, column = 1 } = siteOf(test.site) ?? {}
    const kept = record ?? recorded[test.name]
    if (isRecorded(test) && kept !== undefined) records[test.name] = kept
    yield {
      name: test.name,
      pipeline: test.pipeline.name,
      file: relative(cwd, file),
      line,
      column,
      passed: differences.length === 0 && error === undefined,
      differences,
      ...(error === undefined ? {} : { error }),
    }
  }
  if (update && stringify(records) !== stringify(recorded))
    await writeAtomic(recordPath(path), `${stringify(records, 2)}\n`, 0o644)
}
