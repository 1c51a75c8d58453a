import { type Diagnostic, diagnose } from '../event/diagnostic.ts'
import type { Config } from './load.ts'

/** Files that several machines read need a store that they share as well: what is known of them lies in it. */
export const checkShared = ({ store, also, pipelines }: Pick<Config, 'store' | 'also' | 'pipelines'>): Diagnostic[] =>
  [store, ...also].some(({ kind }) => kind === 'duckdb')
    ? pipelines.flatMap(({ source }) =>
        source.shared === undefined
          ? []
          : [
              diagnose(
                source.shared,
                `source '${source.name}' is shared, and the embedded store is this machine's alone`,
                'Take `elasticsearch({ … })` as the only kind of store, or leave `shared` out and follow these files on one machine',
              ),
            ],
      )
    : []
