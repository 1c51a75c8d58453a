import type { Context } from '../context.ts'
import type { Answer } from '../control.ts'

export interface LayoutAsked {
  readonly datasets: readonly string[]
  readonly namespace: string
}

/** How datasets lie in the store. */
export async function* layout({ store }: Context, asked: LayoutAsked, signal: AbortSignal): Answer {
  yield* await store.layout(asked.datasets, asked.namespace, signal)
}
