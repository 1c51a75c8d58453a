import { follow, pipeline, redact, templates } from 'tailrace'
import { redisLog } from '../parsers/redis-log.ts'
import { redisSentinel } from '../parsers/redis-sentinel.ts'

/** Each file's first lines tell server from sentinel. */
export default pipeline('redis')
  .from(follow({ name: 'redis', paths: ['/var/log/redis/*.log'] }))
  .parse(redisLog, redisSentinel)
  .through(redact())
  .through(templates())
