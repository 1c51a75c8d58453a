import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { watchFiles } from '../../src/service/watch-files.ts'
import { scratchDir } from '../support/scratch-dir.ts'

test('a file that is written, put in the place of another, or appears is told of', async () => {
  const directory = scratchDir('watch-files')
  const at = (name: string): string => join(directory.path, name)
  writeFileSync(at('a.ts'), '1')
  let told = 0
  const watch = await watchFiles(() => told++)
  watch.keep([at('a.ts'), at('later.ts')])
  let content = 2
  const afterEach = async (change: () => void): Promise<void> => {
    const before = told
    // Again and again: a watch begins when the system gets to it.
    await expect
      .poll(
        () => {
          change()
          return told
        },
        { interval: 400 },
      )
      .toBeGreaterThan(before)
  }
  await afterEach(() => writeFileSync(at('a.ts'), `${content++}`))
  await afterEach(() => {
    writeFileSync(at('a.ts.new'), `${content++}`)
    renameSync(at('a.ts.new'), at('a.ts'))
  })
  await afterEach(() => {
    rmSync(at('later.ts'), { force: true })
    writeFileSync(at('later.ts'), `${content++}`)
  })
  await watch.close()
  directory.remove()
})
