import { either, grammar, int, line, oneOf, oneOfWords, or, rest, starts, time, wordsOf } from 'tailrace'

/** Up to version 4 without a year, up to 2.4 without a fraction. */
const when = time('@timestamp', 'dd MMM yyyy HH:mm:ssf', 'dd MMM HH:mm:ssf')
const levels = { '.': 'debug', '-': 'verbose', '*': 'notice', '#': 'warning' } as const
const mark = oneOfWords('redis.log.mark', Object.keys(levels))
const roles = { X: 'sentinel', C: 'child', S: 'slave', M: 'master' } as const
const pid = int('process.pid')
const said = or('', rest('message'))

/**
 * The lines of Redis processes of these kinds: `1:M 22 Nov 2026 09:05:06.123 * text`; before 3.0
 * `[1] 22 Nov 09:05:06.123 * text`, before 2.0 without the number of the process; and what a signal handler writes. A line
 * that begins otherwise (the banner, a crash report) belongs to the record before.
 */
export const redisLines = (name: string, processes: readonly (keyof typeof roles)[], samples: readonly string[]) => {
  const process = oneOfWords('redis.log.process', Object.keys(roles) as (keyof typeof roles)[])
  const signal = either(
    line`${pid}:signal-handler (${time('@timestamp', 'epoch_s')}) `,
    line`[${pid} | signal handler] (${time('@timestamp', 'epoch_s')}) `,
  )
  const framing = starts([line`${pid}:${process} ${when} `, signal, line`[${pid}] `, line`${when} ${mark} `])
  const byRole = (whose: string, role: typeof process, samples: readonly string[]) =>
    grammar({
      name: `${name}.${whose}`,
      line: line`${pid}:${role} ${when} ${mark} ${said}`,
      framing,
      derive: {
        'log.level': wordsOf('redis.log.mark', levels),
        'redis.log.role': wordsOf('redis.log.process', roles),
      },
      samples,
    })
  const own = byRole('line', oneOfWords('redis.log.process', processes), samples)
  const others = Object.keys(roles).filter((role) => !processes.includes(role as keyof typeof roles))
  /** Of a server and a sentinel that write into one file. */
  const other = byRole('other', oneOfWords('redis.log.process', others as (keyof typeof roles)[]), [
    `7:${others[0]} 22 Nov 2026 09:05:06.123 * Running mode`,
  ])
  const bySignal = grammar({
    name: `${name}.signal`,
    line: line`${signal}${said}`,
    framing,
    samples: [
      '7:signal-handler (1795819625) Received SIGTERM scheduling shutdown...',
      '[7 | signal handler] (1795819625) Received SIGTERM, scheduling shutdown...',
    ],
  })
  const old = grammar({
    name: `${name}.old`,
    line: line`${either(line`[${pid}] `, line``)}${when} ${mark} ${said}`,
    framing,
    derive: { 'log.level': wordsOf('redis.log.mark', levels) },
    samples: [
      '[7] 22 Nov 09:05:06.123 # Server started, Redis version 2.8.17',
      '22 Nov 09:05:06 - Server started, Redis version 1.2.6',
    ],
  })
  return { own, old, all: oneOf(`${name}.all`, own, other, bySignal, old) }
}
