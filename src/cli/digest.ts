import type { Command } from 'commander'
import { Exit } from './exit.ts'

export const addDigest = (program: Command): void => {
  program
    .command('digest')
    .description("yesterday's digest (not yet)")
    .allowUnknownOption()
    .action(() => {
      throw new Exit(2, "'digest' is not there yet")
    })
}
