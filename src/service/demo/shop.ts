import { answer, type Line, slowLine } from './answer.ts'
import type { Incidents } from './incident.ts'
import { createRandom } from './random.ts'
import { type Request, visitsOf } from './visit.ts'

/** A small shop whose programs write logs. The same seed and incidents give the same lines. */
export interface Shop {
  /** Every line written in a second (since 1970), in order of time. Seconds are asked for one after the other. */
  linesOf(second: number): readonly Line[]
}

/** Visitors a second; each makes some twenty requests. */
const usual = 0.62
/** A day of the demo passes in twenty minutes: by night fewer come. */
const day = 1200
/** Seconds a visitor stays at most, and so what must be simulated before `from` for the shop to be as full as usual. */
const longest = 240

const busyAt = (second: number): number => usual * (1 + 0.22 * Math.sin((2 * Math.PI * second) / day))

/** Statements that are slow on a good day too. */
const usualSlow = (seed: number, second: number): Line[] => {
  const random = createRandom(seed, second, -1)
  if (!random.chance(1 / 25)) return []
  const at = second * 1000 + random.between(0, 999)
  const kind = random.chance(0.3) ? 'report' : 'search'
  return [{ log: 'mysql/slow.log', at, text: slowLine(kind, at, 0.5 + Math.min(random.skewed(0.35), 1.3), random) }]
}

/** `from`: the first second that will be asked for. */
export const createShop = (seed: number, incidents: Incidents, from: number): Shop => {
  const waiting = new Map<number, Line[]>()
  let next = from - longest
  const put = (line: Line): void => {
    const second = Math.max(Math.floor(line.at / 1000), next)
    const lines = waiting.get(second) ?? []
    waiting.set(second, lines)
    lines.push(line)
  }
  const answerAll = (requests: readonly Request[]): void => {
    for (const [i, request] of requests.entries())
      for (const line of answer(request, incidents.strength(request.at), createRandom(seed, request.at, i))) put(line)
  }
  const advance = (): readonly Line[] => {
    answerAll(visitsOf(seed, next, busyAt(next)))
    for (const line of usualSlow(seed, next)) put(line)
    const lines = waiting.get(next) ?? []
    waiting.delete(next)
    next++
    return lines.sort((a, b) => a.at - b.at)
  }
  return {
    linesOf(second) {
      while (next < second) advance()
      return advance()
    },
  }
}
