import { grammar, int, line, oneOf, oneOfWords, or, rest, starts, time, wordsOf } from 'tailrace'

const when = time('@timestamp', 'dd MMM yyyy HH:mm:ssf')
const levels = { '.': 'debug', '-': 'verbose', '*': 'notice', '#': 'warning' } as const
const mark = oneOfWords('redis.log.mark', Object.keys(levels))
const roles = { X: 'sentinel', C: 'child', S: 'slave', M: 'master' } as const

/**
 * The lines of Redis processes of these kinds: `1:M 22 Nov 2026 09:05:06.123 * text`, up to version 2.8
 * `[1] 22 Nov 09:05:06.123 * text`, and what a signal handler writes. A line that begins otherwise (the banner, a crash
 * report) belongs to the record before.
 */
export const redisLines = (name: string, processes: readonly (keyof typeof roles)[], samples: readonly string[]) => {
  const process = oneOfWords('redis.log.process', processes)
  const signal = line`${int('process.pid')}:signal-handler (${time('@timestamp', 'epoch_s')}) `
  const framing = starts([line`${int('process.pid')}:${process} ${when} `, signal, line`[${int('process.pid')}] `])
  const own = grammar({
    name: `${name}.line`,
    line: line`${int('process.pid')}:${process} ${when} ${mark} ${or('', rest('message'))}`,
    framing,
    derive: {
      'log.level': wordsOf('redis.log.mark', levels),
      'redis.log.role': wordsOf('redis.log.process', roles),
    },
    samples,
  })
  const bySignal = grammar({
    name: `${name}.signal`,
    line: line`${signal}${or('', rest('message'))}`,
    framing,
    samples: ['7:signal-handler (1795819625) Received SIGTERM scheduling shutdown...'],
  })
  const old = grammar({
    name: `${name}.old`,
    line: line`[${int('process.pid')}] ${time('@timestamp', 'dd MMM HH:mm:ssf')} ${mark} ${or('', rest('message'))}`,
    framing,
    derive: { 'log.level': wordsOf('redis.log.mark', levels) },
    samples: ['[7] 22 Nov 09:05:06.123 # Server started, Redis version 2.8.17'],
  })
  /** Server and sentinel wrote old lines and those of signals alike: a file is told by the others. */
  return { own, all: oneOf(`${name}.all`, own, bySignal, old) }
}
