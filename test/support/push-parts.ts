import type { PortParts } from '../../src/service/ports.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'

/** What ports say goes nowhere. */
export const quietParts = (): Omit<PortParts, 'source'> => ({
  log: createLog({ level: 'fatal', output: 'text', colour: false }),
  metrics: createMetrics(),
})
