import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { prepareData } from '../../src/service/data-directory.ts'
import { scratchDir } from '../support/scratch-dir.ts'

const modeOf = (path: string): number => statSync(path).mode & 0o777

describe('the data directory', () => {
  test('is made for this user alone, and all above it that is missing', async () => {
    using directory = scratchDir('data')
    const path = join(directory.path, 'a/b')
    await prepareData(path)
    expect([modeOf(path), modeOf(join(directory.path, 'a'))]).toEqual([0o700, 0o700])
    await prepareData(path)
  })

  test.each([0o700, 0o750, 0o755])('may be read by others where somebody wanted it so (%o)', async (mode) => {
    using directory = scratchDir('data')
    chmodSync(directory.path, mode)
    await prepareData(directory.path)
    expect(modeOf(directory.path)).toBe(mode)
  })

  test.each([
    [0o770, 'its group (mode 770)'],
    [0o2775, 'its group (mode 2775)'],
    [0o777, 'everybody (mode 777)'],
    [0o1777, 'everybody (mode 1777)'],
    [0o702, 'everybody (mode 702)'],
  ])('is refused where others may write (%o), with the command that mends it', async (mode, who) => {
    using directory = scratchDir('data')
    const path = join(directory.path, 'd')
    mkdirSync(path)
    chmodSync(path, mode)
    const refused = prepareData(path)
    await expect(refused).rejects.toThrow(`may be written to by ${who}`)
    await expect(refused).rejects.toThrow(`chmod go-w '${path}'`)
    await expect(refused).rejects.toMatchObject({ status: 2 })
    await prepareData(join(path, 'inside'))
  })
})
