import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dropLock } from '../../src/service/lock.ts'
import { scratchDir } from '../support/scratch-dir.ts'

test('a service that stops minds no lock that cannot be taken away, as on a disk that became read-only', () => {
  using directory = scratchDir('lock')
  for (const name of ['control.sock', 'lock']) mkdirSync(join(directory.path, name, 'in the way'), { recursive: true })
  expect(() => dropLock(directory.path)).not.toThrow()
})
