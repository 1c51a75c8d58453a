import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where engines, servers and browsers are kept between runs; outside the checkout. */
export const cacheDir = process.env['TAILRACE_TEST_CACHE'] ?? join(homedir(), '.cache', 'tailrace-test')

/** A folder of the cache. It counts as there only once `fillCache` has finished it. */
export const cacheFolder = (name: string): string => join(cacheDir, name)

export const isCached = (name: string): boolean => existsSync(join(cacheFolder(name), '.complete'))

/** Empties the folder, lets `fill` make its content, and marks it complete; does nothing where it is complete. */
export async function fillCache(name: string, fill: (folder: string) => void | Promise<void>): Promise<void> {
  if (isCached(name)) return
  const folder = cacheFolder(name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await fill(folder)
  writeFileSync(join(folder, '.complete'), '')
}
