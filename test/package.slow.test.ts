import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scratchDir } from './support/scratch-dir.ts'

const root = join(import.meta.dirname, '..')
const dir = scratchDir('tailrace-package')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }

/** PATH as a stranger has it, without this checkout's programs: npm runs on the machine's own Node. */
const path = (process.env['PATH'] ?? '').split(delimiter).filter((each) => !each.includes('node_modules'))
const env = { ...process.env, PATH: path.join(delimiter) }
const run = (program: string, args: readonly string[], cwd: string) =>
  execFileSync(program, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

describe('the package', () => {
  beforeAll(() => {
    run('npm', ['pack', '--pack-destination', dir.path], root)
    const [tarball = ''] = readdirSync(dir.path)
    writeFileSync(join(dir.path, 'package.json'), '{"name":"stranger","private":true}')
    run('npm', ['install', '--no-audit', '--no-fund', `./${tarball}`], dir.path)
  }, 300_000)
  afterAll(dir.remove)

  it('runs from an empty folder', { timeout: 180_000 }, () => {
    expect(run('npx', ['tailrace', '--version'], dir.path).trim()).toContain(version)
  })

  it('can be imported by its name', { timeout: 180_000 }, () => {
    const script = `import('tailrace').then((all) => console.log(typeof all.defineConfig))`
    expect(run(process.execPath, ['-e', script], dir.path).trim()).toBe('function')
  })

  it('parses with the formats it carries', { timeout: 180_000 }, () => {
    const line = '10.0.0.1 - - [11/Feb/2013:06:43:36 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8"\n'
    writeFileSync(join(dir.path, 'access.log'), line)
    const document = JSON.parse(run('npx', ['tailrace', 'try', 'nginx.access', 'access.log'], dir.path))
    expect(document.http.response.status_code).toBe(200)
  })

  it('delivers a file once and answers about it', { timeout: 180_000 }, () => {
    const line = '10.0.0.1 - - [11/Feb/2013:06:43:36 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8"\n'
    writeFileSync(join(dir.path, 'once.log'), line.repeat(3))
    run('npx', ['tailrace', 'run', '--once', '--no-web', 'once.log'], dir.path)
    expect(run('npx', ['tailrace', 'stats', '--format', 'ndjson'], dir.path)).toBe('{"count":3}\n')
    expect(run('npx', ['tailrace', 'ledger', '--verify'], dir.path)).toContain('once.log')
  })

  it("runs a user's own configuration, parser and pipeline, in TypeScript", { timeout: 180_000 }, () => {
    const own = join(dir.path, 'own')
    mkdirSync(own)
    writeFileSync(
      join(own, 'tailrace.config.ts'),
      `import { defineConfig, follow, grammar, line, pipeline, time, word } from 'tailrace'

interface Named { readonly name: string }
const parser: Named & ReturnType<typeof grammar> = grammar({
  name: 'own.log',
  line: line\`\${time('@timestamp', 'iso')} \${word('user.name')}\`,
  samples: ['2026-11-27T08:00:00Z alice'],
})
export default defineConfig({
  data: './state',
  pipelines: [pipeline('own').from(follow({ name: 'own', paths: ['./*.log'] })).parse(parser)],
})
`,
    )
    writeFileSync(join(own, 'a.log'), '2026-11-27T08:00:00Z alice\n2026-11-27T08:00:01Z bob\n')
    run('npx', ['tailrace', 'check'], own)
    run('npx', ['tailrace', 'run', '--once', '--no-web'], own)
    const found = run('npx', ['tailrace', 'stats', '--by', 'user.name', '--format', 'ndjson'], own)
    expect(
      found
        .trim()
        .split('\n')
        .map((row) => JSON.parse(row).by['user.name']),
    ).toEqual(['alice', 'bob'])
    expect(existsSync(join(own, 'state/store/tailrace.duckdb'))).toBe(true)
  })
})
