/** DIRECTORY RECORDS: what `POST /ingest/bench` costs until records lie in the spool and are read from there; ends when all are. */
import { join } from 'node:path'
import { limitsOf } from '../../src/access/connection-limits.ts'
import { byLine } from '../../src/event/framing.ts'
import { createArena } from '../../src/memory/arena.ts'
import { createPushed } from '../../src/service/pushed.ts'
import { openGenerations } from '../../src/source/generation.ts'
import { http } from '../../src/source/http.ts'
import { createSpools } from '../../src/source/spools.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { startWeb } from '../../src/web/server.ts'

const [directory, records] = process.argv.slice(2) as [string, string]
const generations = await openGenerations(join(directory, 'generations'))
const source = await http({ name: 'bench' }).open({
  arena: createArena(64 << 20),
  framing: () => byLine(),
  generations,
  resume: new Map(),
  covered: async () => [],
  clock: Date.now,
  once: false,
  begin: 'beginning',
  spools: createSpools(join(directory, 'spool'), ['bench'])('bench'),
  unpacked: join(directory, 'unpacked'),
  text: () => undefined,
  report: ({ text }) => console.error(text),
})
const pushed = createPushed({ pipelines: [] }, false, {
  log: createLog({ level: 'fatal', output: 'text', colour: false }),
  metrics: createMetrics(),
})
await pushed.mount('bench', source)
const web = await startWeb({
  host: '127.0.0.1',
  port: 0,
  limits: limitsOf(undefined),
  audit: () => {},
  ready: () => ({ ready: true }),
  metrics: async () => '',
  pages: {},
  routes: pushed.routes,
  report: console.error,
  refused: () => {},
})
process.send!(web.address)
for (let read = 0; read < Number(records); ) {
  const block = (await source.next(new AbortController().signal))!
  read += block.count
  source.committed(block.origin.key, block.to[block.count - 1]!)
  block.lease.release()
}
await web.close()
await source.close()
await generations.close()
process.disconnect!()
