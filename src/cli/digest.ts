import type { Command } from 'commander'

export const addDigest = (program: Command): void => {
  program.command('digest').description("yesterday's digest")
}
