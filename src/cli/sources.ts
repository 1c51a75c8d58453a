import { resolve } from 'node:path'
import type { Command } from 'commander'
import { wholeNumber, withStoreName } from './general.ts'
import { type Listed, list, withFormat } from './lists.ts'

const columns = ['source', 'path', 'state', 'offset', 'size', 'lag_bytes', 'lag_seconds', 'lost_bytes', 'store', 'id']
const id = 'as `sources` shows it, or its first letters'

/** `sources` takes the same options itself, and is given them wherever they stand. */
const optionsOf = (command: Command): Listed => command.optsWithGlobals()

export const addSources = (program: Command): void => {
  const command = withFormat(
    withStoreName(program.command('sources').description('followed files: offset, size, lag, state, bytes lost')),
  )
    .option('--watch', 'again each second')
    .action(async (options: Listed & { readonly watch?: boolean }) => {
      for (;;) {
        if (options.watch === true && process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[H')
        await list(options, 'sources', {}, columns)
        if (options.watch !== true) return
        await new Promise((resolve) => setTimeout(resolve, 1000))
      }
    })
  const changing = (name: string): Command => withFormat(withStoreName(command.command(name)))
  changing('forget')
    .description('forget a file that is gone: one that comes back is read from its start')
    .argument('<id>', id)
    .option('--yes', 'also one that is there, whose events are then stored a second time')
    .action((asked: string, options: { readonly yes?: boolean }, self: Command) =>
      list(optionsOf(self), 'sources-forget', { id: asked, yes: options.yes === true }, ['id', 'path', 'forgotten']),
    )
  changing('rewind')
    .description('read a file again: what the store still holds of it is passed over, what it does not is stored')
    .argument('<id>', id)
    .option('--to <offset>', 'byte to begin at', wholeNumber('--to'), 0)
    .action((asked: string, options: { readonly to: number }, self: Command) =>
      list(optionsOf(self), 'sources-rewind', { id: asked, to: options.to }, ['id', 'path', 'offset', 'was']),
    )
  changing('adopt')
    .description('read what is missing of a file from another one that holds it, compressed or not: a copy, a backup')
    .argument('<id>', id)
    .argument('<file>', 'begins with what was read before')
    .action((asked: string, file: string, _: object, self: Command) =>
      list(optionsOf(self), 'sources-adopt', { id: asked, path: resolve(file) }, [
        'id',
        'path',
        'offset',
        'size',
        'was_lost',
      ]),
    )
}
