import { statfs } from 'node:fs/promises'
import { printValue } from '../event/units.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Trouble, Troubles } from './troubles.ts'

/** What `/readyz` answers. */
export interface Readiness {
  /** Input is accepted, and either goes on or is safely kept. */
  readonly ready: boolean
  readonly reasons: readonly Trouble[]
}

/** A service that cannot start for want of its store reads nothing yet, so its files keep everything. */
const isKept = ({ kind }: Trouble, troubles: readonly Trouble[]): boolean =>
  kind === 'starting' && troubles.some((one) => one.kind === 'store')

export const readinessOf = (troubles: readonly Trouble[]): Readiness => {
  const reasons = troubles.map((one) => (isKept(one, troubles) ? { ...one, blocks: false } : one))
  return { ready: !reasons.some(({ blocks }) => blocks), reasons }
}

const every = 5000
/** Below this nothing durable can be promised. */
const leastFree = 16 << 20

/** What nobody else tells of: the others are told where they are noticed. */
const untold: ReadonlySet<Trouble['kind']> = new Set(['store', 'transform', 'disk'])

const spaceOf = async (directory: string): Promise<number | undefined> => {
  try {
    const { bavail, bsize } = await statfs(directory)
    return bavail * bsize
  } catch {
    return undefined
  }
}

const measure = (troubles: Troubles, metrics: Metrics): void => {
  const { ready, reasons } = readinessOf(troubles.now())
  metrics.ready.set(ready ? 1 : 0)
  metrics.troubles.reset()
  metrics.transformTroubled.reset()
  for (const { kind, about } of reasons) {
    metrics.troubles.inc({ kind })
    if (kind === 'transform') metrics.transformTroubled.set({ transform: about }, 1)
  }
}

/** Looks at the disk, keeps the figures of health, and tells the log of each trouble once when it begins and once when it is over. */
export const watchHealth = (troubles: Troubles, directory: string, log: Logger, metrics: Metrics): { stop(): void } => {
  metrics.onScrape(() => measure(troubles, metrics))
  const known = new Map<string, Trouble>()
  const look = async (): Promise<void> => {
    const free = await spaceOf(directory)
    if (free === undefined || free >= leastFree) troubles.clear('space')
    else
      troubles.set('space', {
        kind: 'disk',
        about: directory,
        text: `only ${printValue('bytes', free)} are left on the disk of ${directory}; free some, or move it with --data`,
        blocks: true,
      })
    const current = new Map(
      troubles
        .now()
        .filter(({ kind }) => untold.has(kind))
        .map((trouble) => [`${trouble.kind} ${trouble.about}`, trouble]),
    )
    for (const [id, { kind, about, text }] of current) if (!known.has(id)) log.error({ [kind]: about }, text)
    for (const [id, { kind, about }] of known)
      if (!current.has(id)) log.info({ [kind]: about }, `${kind}: it goes again`)
    known.clear()
    for (const [id, trouble] of current) known.set(id, trouble)
  }
  const timer = setInterval(() => void look(), every)
  void look()
  return { stop: () => clearInterval(timer) }
}
