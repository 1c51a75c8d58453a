import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Store } from '../store/store.ts'
import type { Positions } from './sources.ts'
import type { Trouble } from './troubles.ts'

/** The embedded store waits for its disk, and nothing is kept elsewhere; another one is only away. */
export const storeTrouble = ({ trouble, transactional, name }: Store): readonly Trouble[] =>
  trouble === undefined
    ? []
    : [{ kind: transactional ? 'disk' : 'store', about: name, text: trouble, blocks: transactional }]

export const sourceTroubles = (positions: Positions, texts: ReadonlyMap<string, string>): readonly Trouble[] =>
  positions
    .rows()
    .flatMap(({ path, state }) =>
      state === 'unreadable'
        ? [{ kind: 'source', about: path, text: texts.get(path) ?? `cannot read ${path}`, blocks: true }]
        : [],
    )

export const transformTroubles = (pipelines: readonly Pipeline[]): readonly Trouble[] =>
  pipelines.flatMap((pipeline) =>
    pipeline.transforms.flatMap(({ name, trouble }) =>
      trouble === undefined
        ? []
        : [{ kind: 'transform', about: `${pipeline.name}: ${name}`, text: trouble, blocks: false }],
    ),
  )
