import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, isCached } from './cache.ts'
import { findCommand, runCommand } from './command.ts'
import { libraryEnvironment, unpackDebian } from './debian.ts'

const root = join(cacheFolder('logrotate'), 'root')

function findLogrotate(): string | undefined {
  return findCommand('logrotate') ?? (isCached('logrotate') ? join(root, 'usr/sbin/logrotate') : undefined)
}

export const logrotateMissing = (): string | undefined => {
  if (!findCommand('gzip')) return 'there is no gzip'
  return findLogrotate() ? undefined : 'not installed and not unpacked yet'
}

export async function bringLogrotate(): Promise<void> {
  if (!findLogrotate()) await unpackDebian('logrotate', ['logrotate'])
}

/**
 * Rotates `log` at once with the real logrotate, by directives as they stand in /etc/logrotate.d; what it remembers lies
 * in `folder`. Guard the suite with `needs('logrotate')`.
 */
export function runLogrotate(folder: string, log: string, directives: readonly string[]): void {
  const program = findLogrotate()
  if (!program) throw new Error('logrotate is missing: npm run test:bring')
  const config = join(folder, 'logrotate.conf')
  writeFileSync(config, `"${log}" {\n${directives.map((line) => `  ${line}\n`).join('')}}\n`)
  // It reads no configuration that others may write.
  chmodSync(config, 0o644)
  runCommand(program, ['--force', '--state', join(folder, 'logrotate.state'), config], {
    env: libraryEnvironment(root),
  })
}
