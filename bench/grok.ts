import { grammar } from '../src/grammar/grammar.ts'
import { grokLine as grok } from '../src/grammar/grok-line.ts'
import { time } from '../src/grammar/time.ts'
import { createArena } from '../src/memory/arena.ts'
import type { Benchmark, Row } from './support/benchmark.ts'
import { repeated, speedOf } from './support/speed-of.ts'

const two = (n: number): string => String(Math.floor(n) % 60).padStart(2, '0')

/** What people write in Logstash's filter most, and lines of each by number. */
const patterns = {
  combined: {
    pattern: '%{COMBINEDAPACHELOG}',
    fields: { timestamp: time('@timestamp', 'dd/MMM/yyyy:HH:mm:ss Z') },
    lineOf: (n: number) =>
      `203.0.113.${n % 256} - alice [27/Nov/2026:08:${two(n / 60)}:${two(n)} +0800] "GET /orders/${n}?page=2 HTTP/1.1" 200 ${5000 + n} "https://shop.example/cart" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"`,
  },
  syslog: {
    pattern: '%{SYSLOGBASE} %{GREEDYDATA:message}',
    fields: { timestamp: time('@timestamp', 'MMM d HH:mm:ss') },
    lineOf: (n: number) =>
      `Nov 27 08:${two(n / 60)}:${two(n)} shop-1 sshd[${4000 + n}]: Accepted publickey for deploy from 203.0.113.${n % 256} port 52144 ssh2`,
  },
  application: {
    pattern:
      '%{TIMESTAMP_ISO8601:at} %{LOGLEVEL:log.level} \\[%{DATA:process.thread.name}\\] %{JAVACLASS:log.logger} - order %{INT:app.order:int} of %{IP:source.ip} took %{NUMBER:app.ms:float} ms',
    fields: { at: time('@timestamp', 'iso') },
    lineOf: (n: number) =>
      `2026-11-27T08:${two(n / 60)}:${two(n)}.512+08:00 WARN [http-${n % 8}] com.shop.order.OrderService - order ${n} of 203.0.113.${n % 256} took ${n / 10} ms`,
  },
} as const

const grokBenchmark: Benchmark = {
  name: 'grok',
  about: 'lines in memory to typed columns by patterns of Logstash, and what a line costs that does not fit',
  async run({ rounds }) {
    const arena = createArena(64 << 20)
    const rows: Row[] = []
    for (const [name, { pattern, fields, lineOf }] of Object.entries(patterns)) {
      const lines = Array.from({ length: 1000 }, (_, n) => lineOf(n))
      const one = grammar({ name: `grok.${name}`, line: grok(pattern, { fields }), samples: lines.slice(0, 1) })
      rows.push(...(await speedOf(arena, one, repeated(Buffer.from(`${lines.join('\n')}\n`)), rounds)))
    }
    return rows
  },
}
export default grokBenchmark
