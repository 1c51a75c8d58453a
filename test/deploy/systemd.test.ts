import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findCommand, runCommand } from '../support/command.ts'
import { scratchDir } from '../support/scratch-dir.ts'

const unit = readFileSync(join(import.meta.dirname, '../../deploy/tailrace.service'), 'utf8')
const settings = (name: string): string[] =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value)
const analyze = findCommand('systemd-analyze')

describe('the systemd unit', () => {
  test('gives the service no privilege, and its own directories alone', () => {
    expect(settings('DynamicUser')).toEqual(['yes'])
    expect(settings('NoNewPrivileges')).toEqual(['yes'])
    expect(settings('ProtectSystem')).toEqual(['strict'])
    expect([...settings('CapabilityBoundingSet'), ...settings('AmbientCapabilities')]).toEqual(['', ''])
    expect(settings('StateDirectoryMode')).toEqual(['0700'])
    expect(settings('ReadWritePaths')).toEqual([])
    expect(settings('ExecReload')).toEqual(['/bin/kill -HUP $MAINPID'])
  })

  test('is taken by systemd without a complaint, and rated by it as hardly exposed', () => {
    if (analyze === undefined) {
      console.log('systemd-analyze is not here: the unit was not verified')
      return
    }
    using directory = scratchDir('systemd')
    const path = join(directory.path, 'tailrace.service')
    // What it starts need not be installed here.
    writeFileSync(path, unit.replace(/^ExecStart=.*$/m, `ExecStart=${process.execPath} run`))
    const verified = spawnSync(analyze, ['verify', '--man=no', path], { encoding: 'utf8' })
    expect({ status: verified.status, complaints: verified.stderr.match(/^.*tailrace\.service:.*$/gm) }).toEqual({
      status: 0,
      complaints: null,
    })
    const rated = runCommand(analyze, ['security', '--offline=true', '--no-pager', '--threshold=20', path])
    expect(rated).toMatch(/Overall exposure level for tailrace\.service: [01]\.\d OK/)
  })
})
