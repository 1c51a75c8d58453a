import { execFile } from 'node:child_process'
import { expect, test } from 'vitest'

/** What a script says, and how it ends. */
const run = (script: string, ...args: readonly string[]) =>
  new Promise<{ readonly code: unknown; readonly out: string; readonly err: string }>((resolve) => {
    execFile(process.execPath, [`test/${script}.ts`, ...args], (error, out, err) =>
      resolve({ code: error === null ? 0 : error.code, out, err }),
    )
  })
const scripts = [
  ['torture', 'crash/torture', '--runs'],
  ['soak', 'crash/soak', '--minutes'],
  ['simulate', 'simulation/simulate', '--seeds'],
] as const

test.each(scripts)('`npm run %s -- --help` prints how it is used and runs nothing', async (name, script, option) => {
  const { code, out, err } = await run(script, '--help')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toMatch(new RegExp(`^Usage: npm run ${name} -- \\[${option} `))
})

test.each(scripts)(
  'what `npm run %s` does not know ends it with 2 and how it is used',
  async (name, script, option) => {
    const unknown = await run(script, '--no-such-option')
    expect(unknown).toMatchObject({ code: 2, out: '' })
    expect(unknown.err).toContain("'--no-such-option'")
    expect(unknown.err).toContain(`Usage: npm run ${name} -- `)
    expect(await run(script, option, 'many')).toEqual({
      code: 2,
      out: '',
      err: `${option} takes a whole number from 1, not 'many'\n`,
    })
  },
)
