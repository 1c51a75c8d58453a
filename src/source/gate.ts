/** Lets so many tasks run at once, and the others wait their turn: what each holds of the memory is bounded together. */
export interface Gate {
  run<T>(task: () => Promise<T>): Promise<T>
}

export const createGate = (most: number): Gate => {
  const waiting: (() => void)[] = []
  let running = 0
  return {
    async run(task) {
      if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve))
      else running++
      try {
        return await task()
      } finally {
        const next = waiting.shift()
        if (next === undefined) running--
        else next()
      }
    },
  }
}
