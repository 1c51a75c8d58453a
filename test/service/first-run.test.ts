import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type DefaultPath, existingPaths } from '../../src/service/default-paths.ts'
import { startDemoState } from '../../src/service/demo/state.ts'
import { firstRun } from '../../src/service/first-run.ts'
import { type ScratchDir, scratchDir } from '../support/scratch-dir.ts'

let directory: ScratchDir
beforeEach(() => {
  directory = scratchDir('first-run')
})
afterEach(() => directory.remove())

const nginx = '/var/log/nginx/*access*.log'
const redis = '/var/log/redis/*.log'
const there = (pattern: string, readable = true): DefaultPath => ({
  pattern,
  path: pattern.replaceAll('*', ''),
  code: readable ? undefined : 'EACCES',
})
const data = (): string => join(directory.path, 'data')
const decide = (
  existing: readonly DefaultPath[] = [],
  { configured = false, wanted }: { readonly configured?: boolean; readonly wanted?: boolean } = {},
) => firstRun({ configured, data: data() }, wanted, existing, (pattern) => pattern === nginx)

describe('the first run', () => {
  test('is the demo where there is nothing at all', () => {
    expect(decide()).toEqual({ demo: 'begins', notes: [] })
    mkdirSync(data())
    expect(decide()).toMatchObject({ demo: 'begins' })
    writeFileSync(join(data(), 'lock'), '7\n')
    expect(decide()).toMatchObject({ demo: 'begins' })
  })

  test('goes on where there was a demo', () => {
    startDemoState(data(), 1)
    writeFileSync(join(data(), 'more'), '')
    expect(decide()).toEqual({ demo: 'goes on', notes: [] })
    expect(decide([], { wanted: true })).toMatchObject({ demo: 'goes on' })
  })

  test('is never the demo where something is configured, exists, or was kept', () => {
    expect(decide([], { configured: true })).toEqual({ demo: 'no', notes: [] })
    expect(decide([there(nginx)])).toEqual({ demo: 'no', notes: [] })
    expect(decide([there(redis)])).toEqual({
      demo: 'no',
      notes: ['found /var/log/redis/.log, which this version does not read yet'],
    })
    startDemoState(data(), 1)
    expect(decide([there(nginx)])).toMatchObject({ demo: 'no' })
    expect(decide([], { configured: true })).toMatchObject({ demo: 'no' })
  })

  test('is never the demo on a data directory that holds something else', () => {
    mkdirSync(join(data(), 'store'), { recursive: true })
    expect(decide()).toEqual({ demo: 'no', notes: [expect.stringContaining('nothing to follow')] })
  })

  test('--no-demo forbids it, --demo wants it also beside logs, but not beside a source', () => {
    expect(decide([], { wanted: false })).toEqual({
      demo: 'no',
      notes: [expect.stringContaining('TAILRACE_NGINX_ACCESS')],
    })
    expect(decide([there(nginx), there(redis, false)], { wanted: true })).toEqual({ demo: 'begins', notes: [] })
    expect(() => decide([], { wanted: true, configured: true })).toThrow(expect.objectContaining({ status: 2 }))
  })

  test('of default paths that cannot be read it says how to mend it, and ends where nothing else is there', () => {
    expect(() => decide([there(nginx, false)])).toThrow(
      expect.objectContaining({
        status: 3,
        message: expect.stringMatching(/cannot read \/var\/log\/nginx.*sudo (setfacl|usermod)[\s\S]*--demo/),
      }),
    )
    expect(() => decide([there(redis, false), there(redis)])).toThrow(expect.objectContaining({ status: 3 }))
    // What can be read is followed; the source itself tells of the rest.
    expect(decide([there(nginx, false), there(nginx)])).toEqual({ demo: 'no', notes: [] })
  })
})

describe('default paths', () => {
  test('exist where a file matches, however deep, or where nobody can tell', async () => {
    const at = (path: string): string => join(directory.path, path)
    mkdirSync(at('logs/a/b'), { recursive: true })
    expect(await existingPaths([at('logs/**/*.log'), at('no/*.log')])).toEqual([])
    writeFileSync(at('logs/a/b/x.log'), '')
    symlinkSync('loop.log', at('logs/loop.log'))
    expect(await existingPaths([at('logs/**/*.log'), at('no/*.log')])).toEqual([
      { pattern: at('logs/**/*.log'), path: at('logs/a/b/x.log'), code: undefined },
      { pattern: at('logs/**/*.log'), path: at('logs/loop.log'), code: 'ELOOP' },
    ])
  })
})
