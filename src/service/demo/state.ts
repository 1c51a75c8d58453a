import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What makes a demo go on as the same one. */
export interface DemoState {
  readonly seed: number
  /** Milliseconds since 1970 of each start, the last few. */
  readonly starts: readonly number[]
}

const kept = 20

export const demoDirectory = (data: string): string => join(data, 'demo')
const fileOf = (data: string): string => join(demoDirectory(data), 'demo.json')

export const hasDemo = (data: string): boolean => existsSync(fileOf(data))

const isState = (value: unknown): value is DemoState => {
  const { seed, starts } = (value ?? {}) as Partial<DemoState>
  return Number.isSafeInteger(seed) && Array.isArray(starts) && starts.every((at) => Number.isFinite(at))
}

/** Notes this start. A file that cannot be understood is replaced: it holds nothing but where the dice begin. */
export const startDemoState = (data: string, now: number): DemoState => {
  let before: DemoState = { seed: randomInt(1, 2 ** 31), starts: [] }
  try {
    const held: unknown = JSON.parse(readFileSync(fileOf(data), 'utf8'))
    if (isState(held)) before = held
  } catch {}
  const state = { seed: before.seed, starts: [...before.starts.filter((at) => at < now), now].slice(-kept) }
  mkdirSync(demoDirectory(data), { recursive: true, mode: 0o750 })
  writeFileSync(`${fileOf(data)}.new`, `${JSON.stringify(state)}\n`)
  renameSync(`${fileOf(data)}.new`, fileOf(data))
  return state
}
