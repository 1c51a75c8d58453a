import type { Command } from 'commander'
import { Exit } from './exit.ts'

const commands = {
  anomaly: 'the detector of the rules, by itself',
  rules: 'rules and their history',
  setup: 'prepare a store and its consoles',
  doctor: "the operator's check-list",
  migrate: 'translate Logstash and ElastAlert definitions',
  completion: 'shell completion',
} as const

/** Commands that have a name and no body yet: they say so and end with 2. */
export const addLater = (program: Command): void => {
  for (const [name, about] of Object.entries(commands))
    program
      .command(name)
      .description(`${about} (not yet)`)
      .argument('[arguments...]')
      .allowUnknownOption()
      .action(() => {
        throw new Exit(2, `'${name}' is not there yet`)
      })
}
