import { once } from 'node:events'
import { processFile, start } from './process.ts'

interface Counts {
  readonly documents: number
  readonly bytes: number
  readonly requests: number
  /** Operations that were none, or held no JSON. */
  readonly broken: number
}

/** The stand-in of Elasticsearch, in a process of its own whose time is not counted. */
export interface StandIn extends AsyncDisposable {
  readonly url: string
  /** Forgets the counts. */
  reset(): void
  counts(): Promise<Counts>
  /** From now on it answers bulk requests so many milliseconds later. */
  answerLater(milliseconds: number): void
  /** Resolves when the next document has been answered. */
  first(): Promise<void>
}

export const openStandIn = async (): Promise<StandIn> => {
  const { child, ended, said } = start(processFile('stand-in'), [])
  const told = async <T>(): Promise<T> => {
    const message = once(child, 'message') as Promise<[T]>
    const first = await Promise.race([message, ended.then(() => undefined)])
    if (first === undefined) throw new Error(`the stand-in ended:\n${said()}`)
    return first[0]
  }
  const { port } = await told<{ port: number }>()
  return {
    url: `http://127.0.0.1:${port}`,
    reset: () => child.send('reset'),
    async counts() {
      child.send('counts')
      return (await told<{ counts: Counts }>()).counts
    },
    answerLater: (later) => child.send({ later }),
    async first() {
      child.send('first')
      await told()
    },
    async [Symbol.asyncDispose]() {
      child.send('end')
      await ended
    },
  }
}
