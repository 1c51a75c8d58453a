/** `npm run soak -- [--minutes 30] [--store elasticsearch]`: memory and handles over time, and a count against truth. */
import { parseArgs } from 'node:util'
import { createEngineNode } from '../support/engine-node.ts'
import { soak } from './soak-run.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, store: { type: 'string', default: 'elasticsearch' } },
})
const kind = values.store
if (kind !== 'elasticsearch' && kind !== 'opensearch') {
  console.error(`there is no engine ${kind}; there are elasticsearch, opensearch`)
  process.exit(2)
}
const engine = await createEngineNode(kind)
process.on('exit', () => engine.closeNow())
await engine.start()
const result = await soak({
  url: engine.url,
  seconds: Number(values.minutes) * 60,
  rotateEvery: 60,
  restartEvery: 300,
  restart: async () => {
    await engine.stop()
    await engine.start()
  },
  tell: (text) => console.log(text),
})
await engine.close()
console.log(JSON.stringify(result))
process.exitCode = result.wrong.length === 0 ? 0 : 1
