import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchDir } from '../support/scratch-dir.ts'

const root = join(import.meta.dirname, '../..')

/** A mistake, the place in its text that the compiler is to name, and the sentence it is to say there. */
const mistakes: readonly (readonly [text: string, at: string, says: string])[] = [
  ["ip('http.response.status_code')", "'http", "'http.response.status_code' is of type long; this reads ip"],
  [
    "or('-', int('http.response.statuscode'))",
    "'http",
    "'http.response.statuscode' is no field: take one of the field table or a name under a vendor's, as app. or labels.",
  ],
  ["word('User.Name')", "'User", "'User.Name' is no field: take one of the field table"],
  [
    "duration('mysql.slowlog.lock_time.sec', 's')",
    "'mysql",
    "'mysql.slowlog.lock_time.sec' is of type double; this reads long",
  ],
  [
    `grammar({ name: 'x', line: line\`\${word('user.name')} \${word('user.name')}\`, samples: [] })`,
    'line:',
    "'user.name' is captured twice",
  ],
  [
    "json({ name: 'app', members: { 'log.level': key('level', 'long') }, samples: [] })",
    "'log.level'",
    "'log.level' is of type keyword; this reads long",
  ],
  ['lines.through(level())', 'level()', "this step needs 'log.level', which nothing before it yields"],
  [
    "pipelineTest(lines, { name: 'x', lines: ['a'], documents: [{}], failure: [] })",
    'failure:',
    "'failure' does not exist in type 'PipelineTestSpec'",
  ],
]

test('the compiler says in a sentence, at the capture, what is wrong', () => {
  using scratch = scratchDir('type-errors')
  const head = `import { duration, follow, grammar, int, ip, json, key, level, line, or, pipeline, pipelineTest, word } from 'tailrace'
const lines = pipeline('p').from(follow({ name: 'p', paths: [] })).parse(grammar({ name: 'app.x', line: line\`\${word('user.name')}\`, samples: [] }))
`
  writeFileSync(
    join(scratch.path, 'mistakes.ts'),
    head + mistakes.map(([text], i) => `export const m${i} = ${text}\n`).join(''),
  )
  writeFileSync(join(scratch.path, 'package.json'), '{"type":"module"}')
  const compilerOptions = {
    paths: { tailrace: [join(root, 'src/index.ts')] },
    typeRoots: [join(root, 'node_modules/@types')],
  }
  const project = join(scratch.path, 'tsconfig.json')
  writeFileSync(project, JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.ts'] }))
  const { stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--pretty', 'false', '-p', project],
    { cwd: scratch.path, encoding: 'utf8' },
  )
  const said = stdout.split('\n').filter((line) => line.startsWith('mistakes.ts'))
  expect(said).toHaveLength(mistakes.length)
  for (const [i, [text, at, says]] of mistakes.entries()) {
    const line = i + 3
    const column = `export const m${i} = `.length + text.indexOf(at) + 1
    expect(said[i]).toContain(`mistakes.ts(${line},${column})`)
    expect(said[i]).toContain(says)
  }
})
