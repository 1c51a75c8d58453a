import { type Infer, oneOf } from 'tailrace'
import { redisLines } from './redis/lines.ts'

const { own, all } = redisLines(
  'redis.sentinel',
  ['X'],
  ['9:X 22 Nov 2026 09:05:06.123 # +sdown master shop 192.0.2.7 6379'],
)

/** Redis Sentinel. Its events (`+sdown`, `+switch-master`) are words of the message. */
export const redisSentinel = oneOf(
  {
    name: 'redis.sentinel',
    title: 'Redis Sentinel log',
    url: 'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/',
    toldBy: own,
  },
  all,
)
export type RedisSentinel = Infer<typeof redisSentinel>
