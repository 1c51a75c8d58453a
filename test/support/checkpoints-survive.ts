import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createService } from './service.ts'
import { accessLines } from './tailrace.ts'

/** What may happen to a file of the checkpoints. */
export const damages = {
  garbage: (file: string, bytes: Buffer) => writeFileSync(file, Buffer.alloc(bytes.length, 'x1\n')),
  zeroed: (file: string, bytes: Buffer) => writeFileSync(file, Buffer.alloc(bytes.length)),
  'cut off': (file: string, bytes: Buffer) => writeFileSync(file, bytes.subarray(0, 40)),
  gone: (file: string) => rmSync(file),
  // In the first entry, which is the only one to hold the heads of files.
  'a flipped bit': (file: string, bytes: Buffer) => {
    bytes[Math.min(200, bytes.length - 10)]! ^= 4
    writeFileSync(file, bytes)
  },
} as const

/** Every file of `data/checkpoints`, or of this folder of it. */
const filesBelow = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  )

/**
 * Files are followed, one is rotated; then what the service knows of them is damaged while it is stopped, and they grow.
 * Everything is in the store once, the account is even, and it was said.
 */
export const checkpointsSurvive = async (
  store: Readonly<Record<string, string>>,
  folder: string,
  damage: keyof typeof damages,
): Promise<void> => {
  await using service = createService({ ...store, TAILRACE_NGINX_ACCESS: 'logs/*.log' })
  const log = (name: string): string => join(service.directory, 'logs', name)
  const run = async (): Promise<string> => {
    const { code, err } = await service.run(['run', '--once', '--no-web'])
    expect(code, err).toBe(0)
    return err
  }
  mkdirSync(join(service.directory, 'logs'))
  writeFileSync(log('a.log'), accessLines(30))
  writeFileSync(log('b.log'), accessLines(20, 1000))
  await run()
  renameSync(log('a.log'), log('a.log.1'))
  writeFileSync(log('a.log'), accessLines(10, 2000))
  await run()
  for (const file of filesBelow(join(service.directory, 'data/checkpoints', folder)))
    damages[damage](file, readFileSync(file))
  appendFileSync(log('a.log'), accessLines(5, 2010))
  appendFileSync(log('a.log.1'), accessLines(3, 30))
  writeFileSync(log('c.log'), accessLines(4, 3000))
  expect(await run()).toMatch(/was damaged or lost and was made anew from what the store holds/)
  expect(await service.accounted()).toMatchObject({ stored: 72, lost: 0, balanced: true, verified: true })
  const paths = await service.rows(['stats', '--by', 'url.original', '--top', '1000'])
  expect(paths).toHaveLength(72)
  expect(paths.every(({ count }) => count === 1)).toBe(true)
}
