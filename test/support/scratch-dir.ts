import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ScratchDir extends Disposable {
  readonly path: string
  remove(): void
}

/** A new empty folder in the system's temporary one: `using dir = scratchDir()`, or `remove()` in an afterAll. */
export function scratchDir(name = 'tailrace-test'): ScratchDir {
  const path = mkdtempSync(join(tmpdir(), `${name}-`))
  const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 5 })
  return { path, remove, [Symbol.dispose]: remove }
}
