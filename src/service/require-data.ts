import { existsSync } from 'node:fs'
import { OperationError } from './control.ts'
import type { Config } from './load.ts'

/** A question about a directory that is not there gets no empty answer. */
export const requireData = ({ data }: Pick<Config, 'data'>): void => {
  if (!existsSync(data))
    throw new OperationError(3, `there is no data directory ${data}: name one with --data, or start 'tailrace run'`)
}
