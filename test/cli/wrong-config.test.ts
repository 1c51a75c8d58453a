import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { scratchDir } from '../support/scratch-dir.ts'
import { tailrace } from '../support/tailrace.ts'

const directory = scratchDir('wrong-config')
afterAll(directory.remove)

let number = 0
/** A configuration in a folder of its own; `check` is asked about it. */
const checked = async (text: string, more: Readonly<Record<string, string>> = {}, environment = {}) => {
  const folder = join(directory.path, String(number++))
  mkdirSync(folder)
  for (const [name, content] of Object.entries({ 'tailrace.config.ts': text, ...more }))
    writeFileSync(join(folder, name), content)
  const { code, out, err } = await tailrace(folder, ['check'], { environment })
  return { code, folder, err, lines: out.replaceAll(`${folder}/`, '').trimEnd().split('\n') }
}
const config = (settings: string): string =>
  `import { defineConfig, env } from 'tailrace'\n\nexport default defineConfig(${settings})\n`

describe('a wrong configuration', () => {
  test('all mistakes are shown at once, in order, each where it stands and with what mends it', async () => {
    const { code, err, lines } = await checked(
      config(`{
  namespce: 'x', // timezone: 'no'
  "timezone": 'Mars/Olympus',
  role: 'boss',
  data: 7,
  memory: 'lots',
  web: { port: 'abc', hots: 'x', token: 12345 },
  retention: [{ age: '30d' }, { age: '30 days', sise: '1GiB' }],
  log: { level: 'loud' },
  notify: { pigeons: { kind: 'pigeon' } },
  rules: [{ name: 'x' }],
}`),
    )
    expect(lines).toEqual([
      "tailrace.config.ts:4:3: there is no setting 'namespce'. Write 'namespace'.",
      "tailrace.config.ts:5:3: time zone 'Mars/Olympus' does not exist. Use an IANA name, as 'Asia/Shanghai' or 'UTC'.",
      "tailrace.config.ts:6:3: role is 'boss'. It takes 'all', 'ship', 'analyse'.",
      'tailrace.config.ts:7:3: data is 7. It takes text.',
      "tailrace.config.ts:8:3: memory is 'lots'. It takes a number from 16 to 4096.",
      "tailrace.config.ts:9:10: web.port is 'abc'. It takes a number from 0 to 65535.",
      "tailrace.config.ts:9:23: there is no setting 'web.hots'. Write 'host'.",
      "tailrace.config.ts:9:34: web.token is a number. It takes text, or env('NAME').",
      "tailrace.config.ts:10:33: retention.age is '30 days'. It takes an age, as '30d'.",
      "tailrace.config.ts:10:49: there is no setting 'retention[1].sise'. Write 'size'.",
      "tailrace.config.ts:11:10: log.level is 'loud'. It takes 'trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'.",
      "tailrace.config.ts:12:13: notify.pigeons is an object. It takes email({ … }) or { kind: 'console' }.",
      'tailrace.config.ts:13:11: rules[0] is no rule. It takes what rule(…) makes, in a list.',
    ])
    expect(code).toBe(1)
    expect(err).toBe('13 mistakes\n')
  })

  test.each<[string, string, string]>([
    ['a syntax error', config("{\n  namespace: 'x',,\n}"), 'tailrace.config.ts:4:18: the file cannot be loaded: '],
    [
      'a name tailrace does not export',
      "import { nothing } from 'tailrace'\n",
      'tailrace.config.ts:1:10: the file cannot',
    ],
    [
      'a fault while it runs',
      config('{ namespace: (undefined as any).x }'),
      'tailrace.config.ts:3:61: the file cannot',
    ],
    ['a mistake in an imported file', "import './part.ts'\n", 'part.ts:2:17: the file cannot be loaded'],
    [
      'a file that is not there',
      "import './gone.ts'\n",
      "tailrace.config.ts: the file cannot be loaded: Cannot find module 'gone.ts'",
    ],
    [
      'no export',
      'export const x = 1\n',
      'tailrace.config.ts: the file exports no configuration. Write `export default defineConfig({ … })`.',
    ],
    [
      'an export that is none',
      "export default { namespace: 'x' }\n",
      'tailrace.config.ts: the file exports no configuration',
    ],
    ['no object', config("'x'"), "tailrace.config.ts:3:16: the configuration is 'x'. Write `defineConfig({ … })`."],
    ['an empty file', '', 'tailrace.config.ts: the file exports no configuration'],
    [
      'a variable that is not set',
      config("{ web: { token: env('NO_SUCH') } }"),
      'tailrace.config.ts:3:45: environment variable NO_SUCH is not set. Set it, or NO_SUCH_FILE.',
    ],
    [
      'an open port without a token',
      config("{ web: { host: '0.0.0.0' } }"),
      'tailrace.config.ts:3:16: the web server would listen on 0.0.0.0',
    ],
    [
      'a password where its hash belongs',
      config("{ web: { users: { vera: { role: 'viewer', hash: 'her password' } } } }"),
      'tailrace.config.ts:3:71: web.users.vera.hash is no hash of a password. Put there what `tailrace password` prints',
    ],
    [
      'a name with a blank',
      config("{ web: { tokens: { 'a b': { token: 'x', role: 'viewer' } } } }"),
      "tailrace.config.ts:3:48: the name 'a b' under web.tokens is not a word",
    ],
    [
      'a token of no role',
      config("{ web: { tokens: { one: { token: 'x' } } } }"),
      'tailrace.config.ts:3:48: web.tokens.one has no role. Write `role: …`.',
    ],
    [
      'a role that is none',
      config("{ web: { tokens: { one: { token: 'x', role: 'boss' } } } }"),
      "tailrace.config.ts:3:67: web.tokens.one.role is 'boss'. It takes 'viewer', 'operator', 'admin', 'writer'.",
    ],
    [
      'a proxy that is a name',
      config("{ web: { proxies: ['proxy.example'] } }"),
      'tailrace.config.ts:3:38: web.proxies holds something that is no address',
    ],
  ])('%s is told with its place', async (_, text, expected) => {
    const { code, lines } = await checked(text, { 'part.ts': 'export const a = 1\nexport const b: = 2\n' })
    expect(lines[0]!.slice(0, expected.length)).toBe(expected)
    expect(lines).toHaveLength(1)
    expect(code).toBe(1)
  })

  test('what a variable says stands at no place of the file, and the file it wins over is not blamed', async () => {
    const { lines } = await checked(config("{ timezone: 'UTC' }"), {}, { TAILRACE_ROLE: 'boss' })
    expect(lines).toEqual(["role is 'boss'. It takes all, ship or analyse."])
    const both = await checked(config("{ timezone: 'UTC' }"), {}, { TAILRACE_TIMEZONE: 'Mars' })
    expect(both.lines[0]).toMatch(/^time zone 'Mars' does not exist/)
  })

  test('a file named that is not there, or is a directory, is told; other commands end with 2', async () => {
    const gone = await tailrace(directory.path, ['stats', '--config', 'gone.ts'])
    expect(gone).toMatchObject({ code: 2, out: '' })
    expect(gone.err).toBe(
      `${join(directory.path, 'gone.ts')}: the configuration file does not exist. Create it, or name another with --config.\n`,
    )
    const folder = await tailrace(directory.path, ['run', '--config', '.'])
    expect(folder).toMatchObject({ code: 2, out: '' })
    expect(folder.err).toContain('this is no file')
  })
})

describe('a wrong parser', () => {
  const pipelineWith = (
    parser: string,
  ): string => `import { defineConfig, follow, int, ip, line, pipeline, text, word } from 'tailrace'
import * as tailrace from 'tailrace'

const own = ${parser}
export default defineConfig({ pipelines: [pipeline('own').from(follow({ name: 'own', paths: ['x'] })).parse(own)] })
`
  test('what cannot compile is told with all its mistakes and their places, by check and by run', async () => {
    const parser = `tailrace.grammar({
  name: 'own.log',
  line: line\`\${word('user.name')}\${int('http.response.status_code')} \${word('user.name')}\`,
  samples: ['no match'],
})`
    const { code, lines, folder } = await checked(pipelineWith(parser))
    expect(code).toBe(1)
    expect(lines.length).toBeGreaterThan(1)
    for (const line of lines) expect(line).toMatch(/^tailrace\.config\.ts:\d+:\d+: .+\. .+\.$/)
    const run = await tailrace(folder, ['run', '--once', '--no-web'])
    expect(run).toMatchObject({ code: 2, out: '' })
    expect(run.err.replaceAll(`${folder}/`, '').trimEnd().split('\n').toSorted()).toEqual(lines.toSorted())
  })
})

describe('a configuration outside any package', () => {
  test("imports 'tailrace' from the program that loads it, through links as well", async () => {
    const { code, folder, lines } = await checked(config("{ namespace: 'outside' }"))
    expect({ code, lines }).toMatchObject({ code: 0 })
    symlinkSync(folder, join(directory.path, 'linked'))
    const shown = await tailrace(directory.path, ['config', '--config', join('linked', 'tailrace.config.ts')])
    expect(JSON.parse(shown.out)).toMatchObject({ namespace: 'outside' })
  })
})
