/** `npm run soak`: memory and handles over time, and a count against truth. */
import { createEngineNode } from '../support/engine-node.ts'
import { scriptOptions, wholeNumber } from '../support/script-options.ts'
import { soak } from './soak-run.ts'

const values = scriptOptions(
  `Usage: npm run soak -- [--minutes 30] [--store elasticsearch|opensearch]

Runs the service on 20 files under rotation while its engine restarts every five minutes; judges whether memory stays
flat and handles are given back, and counts what is stored against what was written.

  --minutes N  how long is written; default 30
  --store S    elasticsearch or opensearch; default elasticsearch`,
  { minutes: { type: 'string', default: '30' }, store: { type: 'string', default: 'elasticsearch' } },
)
const minutes = wholeNumber('minutes', values.minutes, 1)
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
  seconds: minutes * 60,
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
