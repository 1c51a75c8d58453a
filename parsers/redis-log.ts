import { type Infer, oneOf } from 'tailrace'
import { redisLines } from './redis/lines.ts'

const { own, old, all } = redisLines(
  'redis.log',
  ['C', 'S', 'M'],
  [
    '7:M 22 Nov 2026 09:05:06.123 * Background saving started by pid 8',
    '7:S 22 Nov 2026 09:05:06.123 # Error condition on socket for SYNC: Connection refused',
  ],
)

/** Redis, master or replica, and the children it forks. */
export const redisLog = oneOf(
  {
    name: 'redis.log',
    title: 'Redis server log',
    url: 'https://redis.io/docs/latest/operate/oss_and_stack/management/config-file/',
    // Old servers and sentinels wrote alike: a file of theirs is taken for a server's.
    toldBy: oneOf('redis.log.told', own, old),
  },
  all,
)
export type RedisLog = Infer<typeof redisLog>
