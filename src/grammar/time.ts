import { markSite } from '../event/diagnostic.ts'
import { captureOf } from './capture.ts'
import { layoutProblem } from './layout.ts'
import type { Capture, Fits, Offered, Yields } from './part.ts'

/** Names of layouts, or a pattern; layout.ts has both. */
export type TimeLayout =
  | 'iso'
  | 'clf'
  | 'syslog'
  | 'slashes'
  | 'mysql'
  | 'epoch'
  | 'epoch_s'
  | 'epoch_ms'
  | 'epoch_us'
  | 'epoch_ns'
  | 'tai64n'
  | (string & {})

/**
 * A time: `time('@timestamp', 'clf')`, `time('@timestamp', 'dd MMM yyyy HH:mm:ssf')`. With several layouts the first
 * that fits. Times without a zone are in the zone of the reading (`--timezone`): one that a clock skips is moved on
 * by the skipped span, one that comes twice is the first.
 */
export const time = <const N extends Offered<'date'>>(
  name: N & Fits<N, 'date'>,
  ...layouts: readonly [TimeLayout, ...TimeLayout[]]
): Capture<Yields<N, 'date'>, object> => {
  const site = markSite(time)
  return captureOf({
    site,
    name,
    type: 'date',
    extent: 'self',
    value: { as: 'time', layouts },
    problems: layouts.flatMap((layout) => {
      const problem = layoutProblem(layout)
      return problem === undefined ? [] : [{ site, ...problem }]
    }),
  })
}
