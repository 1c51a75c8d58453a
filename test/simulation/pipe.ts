import type { Line, LineKind, Run, Truth } from './truth.ts'
import type { World } from './world.ts'

/** Another program's output, piped into the service. What it wrote counts once the service asks for more. */
export interface Pipe {
  /** Standard input of a new life. What the one before had not kept is gone with it. */
  open(): AsyncIterable<Buffer> & { destroy(): void }
  stop(): void
}

export const createPipe = (world: World, truth: Truth, pace: number): Pipe => {
  const { random } = world
  const run: Run = { name: 'piped', joined: false, lines: [] }
  let stopped = false

  const some = (): Line[] =>
    Array.from({ length: random.between(1, 5) }, () => {
      const kinds: readonly LineKind[] = ['ok', 'ok', 'ok', 'ok', 'ok', 'drop', 'bad']
      const line = truth.line(run, random.pick(kinds), 0)
      line.accepted = false
      return line
    })

  return {
    open() {
      let ended = false
      let end = (): void => {}
      const iterator = {
        async next(): Promise<IteratorResult<Buffer>> {
          for (const line of sent) line.accepted = true
          sent = []
          await new Promise<void>((resolve) => {
            end = resolve
            if (!stopped) world.after(pace * 2 * random.next(), resolve, world.life)
          })
          if (ended || stopped) {
            if (!ended) await new Promise<void>((resolve) => (end = resolve))
            return { done: true, value: undefined }
          }
          sent = some()
          return { done: false, value: Buffer.from(sent.map(({ text }) => `${text}\n`).join('')) }
        },
        async return(): Promise<IteratorResult<Buffer>> {
          return { done: true, value: undefined }
        },
      }
      let sent: Line[] = []
      return {
        [Symbol.asyncIterator]: () => iterator,
        destroy() {
          ended = true
          end()
        },
      }
    },
    stop() {
      stopped = true
    },
  }
}
