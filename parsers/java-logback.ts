import {
  blanks,
  either,
  grammar,
  type Infer,
  int,
  json,
  key,
  line,
  oneOf,
  oneOfWords,
  optional,
  or,
  skip,
  starts,
  text,
  time,
  trimmed,
  uncoloured,
  withTrace,
  word,
} from 'tailrace'
import { elastic, juli, kafka, serverStarts } from './java/servers.ts'
import { javaLevels, javaTrace } from './java/trace.ts'

const level = oneOfWords('log.level', javaLevels)
const thread = line`[${trimmed(text('process.thread.name'))}]`
const logger = word('log.logger')
const said = optional(withTrace('message', javaTrace))

/** Where nothing is configured: a time without its day. Since 1.3 pairs of the fluent interface stand between two dashes. */
const unset = line`${time('@timestamp', 'HH:mm:ssf')} ${thread} ${level} ${optional(blanks())}${logger} -${either(line` `, line`${or('', text('java.pairs'))}- `)}`
const day = time('@timestamp', 'iso')
/** The layouts of its manual, Log4j's and JBoss's, with the day. */
const manual = line`${day} ${either(
  line`${thread} ${level} ${optional(blanks())}${logger} - `,
  line`${level}${blanks()}[${logger}] (${text('process.thread.name')}) `,
  line`${level}${blanks()}${thread} ${logger}${either(line` - `, line`${optional(blanks())}: `)}`,
)}`
/** Spring Boot 2 and 3, and Spring Cloud Sleuth; since 3.2 the application's name and a correlation stand there too. */
const spring = line`${day} ${optional(blanks())}${level} ${either(
  line`${int('process.pid')} --- ${either(
    line`[${text('service.name')}] ${thread} [${or('', text('trace.id'))}] `,
    line`[${text('service.name')}] ${thread} `,
    line`${thread} [${or('', text('trace.id'))}] `,
    line`${thread} `,
  )}`,
  line`[${or('', text('service.name'))},${or('', word('trace.id'))},${or('', word('span.id'))}${optional(line`,${skip()}`)}] ${int('process.pid')} --- ${thread} `,
)}${logger}${blanks()}: `

const plain = line`${either(manual, spring, unset)}${said}`
const inColour = either(
  line`${time('@timestamp', 'iso')} ${optional(line`${thread} `)}\u001b[${skip()}m${level}`,
  line`\u001b[2m${time('@timestamp', 'iso')}\u001b[0;39m \u001b[`,
)
/** Whatever stands behind a time and a level, or a thread, begins a record. */
const begun = line`${day} ${either(line`[`, line`${optional(blanks())}${level} `)}`
const logbackStarts = [begun, line`${time('@timestamp', 'HH:mm:ssf')} [`, inColour]

/** What Spring Boot prints when it starts, plain or in colours: part of no record, whatever ended before it. */
const banner = [
  line`  .   ____          _            __ _ _`,
  line` /\\\\ / ___'_ __ _ _(_)_ __  __ _ \\ \\ \\ \\`,
  line`( ( )\\___ | '_ | '_| | '_ \\/ _\` | \\ \\ \\ \\`,
  line` \\\\/  ___)| |_)| | | | | || (_| |  ) ) ) )`,
  line`  '  |____| .__|_| |_|_| |_\\__, | / / / /`,
  line` =========|_|==============|___/=/_/_/_/`,
  either(line` :: Spring Boot ::`, line`\u001b[32m :: Spring Boot ::`),
]

const printed = grammar({
  name: 'java.logback.text',
  line: plain,
  framing: starts(logbackStarts),
  samples: [
    '2026-03-10 08:00:00.123 [main] INFO  c.example.shop.OrderService - order 7 paid',
    '08:00:00.123 [main] INFO com.example.shop.OrderService -- order 7 paid',
    '08:00:00.123 [main] INFO com.example.shop.OrderService - order 7 paid',
    '2026-03-10 08:00:00,123 INFO  [main] com.example.shop.OrderService - order 7 paid',
    '2026-03-10 08:00:00,123 INFO  [main] com.example.shop.OrderService: order 7 paid',
    '2026-03-10T08:00:00,123 INFO  [main                     ] c.e.shop.OrderService     : order 7 paid',
    '2026-03-10 08:00:00,123 INFO  [com.example.shop.OrderService] (default task-1) order 7 paid',
    '2026-03-10 08:00:00.123  INFO [shop,4bf92f3577b34da6a3ce929d0e0e4736,00f067aa0ba902b7,true] 7 --- [           main] c.e.shop.OrderService                    : order 7 paid',
    '2026-03-10 08:00:00.123  INFO 7 --- [           main] c.e.shop.OrderService                    : order 7 paid',
    '2026-03-10T08:00:00.123+08:00  INFO 7 --- [shop] [           main] c.e.shop.OrderService                    : order 7 paid',
    '2026-03-10T08:00:00.123+08:00  INFO 7 --- [shop] [           main] [4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7] c.e.shop.OrderService                    : order 7 paid',
    '2026-03-10T08:00:00.123+08:00  INFO 7 --- [           main] [4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7] c.e.shop.OrderService                    : order 7 paid',
    '2026-03-10 08:00:00.123 [main] ERROR c.example.shop.OrderService - refused\njava.lang.IllegalStateException: no price\n\tat com.example.shop.OrderService.pay(OrderService.java:7)\nCaused by: java.lang.Error\n\t... 1 common frames omitted',
  ],
})
const coloured = grammar({
  name: 'java.logback.colours',
  line: uncoloured(line`${either(manual, spring)}${said}`),
  framing: starts(logbackStarts),
  samples: [
    '2026-03-10 08:00:00.123 \u001b[34mINFO \u001b[0;39m [main] c.example.shop.OrderService - order 7 paid',
    '2026-03-10 08:00:00.123 \u001b[34mINFO \u001b[0;39m [main] c.example.shop.OrderService: order 7 paid',
    '2026-03-10 08:00:00.123 \u001b[34mINFO \u001b[0;39m [c.example.shop.OrderService] (default task-1) order 7 paid',
    '\u001b[2m2026-03-10 08:00:00.123\u001b[0;39m \u001b[32m INFO [shop,4bf92f3577b34da6,00f067aa0ba902b7]\u001b[0;39m \u001b[35m7\u001b[0;39m \u001b[2m---\u001b[0;39m \u001b[2m[           main]\u001b[0;39m \u001b[36mc.e.shop.OrderService                   \u001b[0;39m \u001b[2m:\u001b[0;39m order 7 paid',
    '\u001b[2m2026-03-10 08:00:00.123\u001b[0;39m \u001b[32m INFO [shop,4bf92f3577b34da6,00f067aa0ba902b7,true]\u001b[0;39m \u001b[35m7\u001b[0;39m \u001b[2m---\u001b[0;39m \u001b[2m[           main]\u001b[0;39m \u001b[36mc.e.shop.OrderService                   \u001b[0;39m \u001b[2m:\u001b[0;39m order 7 paid',
    '2026-03-10 08:00:00.123 [main] \u001b[34mINFO \u001b[0;39m \u001b[36mc.example.shop.OrderService\u001b[0;39m - order 7 paid',
    '\u001b[2m2026-03-10 08:00:00.123\u001b[0;39m \u001b[32m INFO\u001b[0;39m \u001b[35m7\u001b[0;39m \u001b[2m---\u001b[0;39m \u001b[2m[           main]\u001b[0;39m \u001b[36mc.e.shop.OrderService                   \u001b[0;39m \u001b[2m:\u001b[0;39m order 7 paid',
    '\u001b[2m2026-03-10T08:00:00.123+08:00\u001b[0;39m \u001b[32m INFO\u001b[0;39m \u001b[35m7\u001b[0;39m \u001b[2m--- [shop] [           main] \u001b[0;39m\u001b[36mc.e.shop.OrderService                   \u001b[0;39m \u001b[2m:\u001b[0;39m order 7 paid',
    '\u001b[2m2026-03-10T08:00:00.123+08:00\u001b[0;39m \u001b[32m INFO\u001b[0;39m \u001b[35m7\u001b[0;39m \u001b[2m--- [shop] [           main] [4bf92f35-00f0] \u001b[0;39m\u001b[36mc.e.shop.OrderService                   \u001b[0;39m \u001b[2m:\u001b[0;39m order 7 paid',
    '\u001b[2m2026-03-10T08:00:00.123+08:00\u001b[0;39m \u001b[32m INFO\u001b[0;39m \u001b[35m7\u001b[0;39m \u001b[2m--- [           main] [4bf92f35-00f0] \u001b[0;39m\u001b[36mc.e.shop.OrderService                   \u001b[0;39m \u001b[2m:\u001b[0;39m order 7 paid',
  ],
})
/** `LogstashEncoder`; its numbers of levels are Logback's own. */
const asJson = json({
  name: 'java.logback.json',
  members: {
    '@timestamp': key('@timestamp', 'date', { required: true }),
    'log.level': key('level', 'keyword', { required: true, words: javaLevels }),
    'java.level': key('level_value', 'long', { required: true }),
    message: key('message', 'text', { there: true }),
    'log.logger': key('logger_name', 'keyword', { required: true }),
    'process.thread.name': key('thread_name', 'keyword'),
    'log.origin.file.name': key('caller_file_name', 'keyword'),
    'log.origin.file.line': key('caller_line_number', 'long'),
    'log.origin.function': key('caller_method_name', 'keyword'),
    'service.name': key(['appName', 'service', 'application'], 'keyword'),
    'trace.id': key(['traceId', 'trace_id'], 'keyword'),
    'span.id': key(['spanId', 'span_id'], 'keyword'),
    tags: key('tags', 'keyword'),
  },
  lines: { stack_trace: withTrace('error.stack_trace', javaTrace) },
  framing: starts(logbackStarts),
  samples: [
    '{"@timestamp":"2026-03-10T08:00:00.123+08:00","@version":"1","message":"order 7 paid","logger_name":"com.example.shop.OrderService","thread_name":"main","level":"INFO","level_value":20000}',
  ],
})

/**
 * Logback: not configured, the layouts of its manual, Spring Boot's consoles of 2 and 3 (all plain or coloured), and JSON of
 * logstash-logback-encoder; Log4j as WildFly, Elasticsearch, Logstash and Kafka set it, and Tomcat. `error.type` is the exception that was logged, its causes stand in the trace. A time without its
 * day, as Logback has where nothing is configured, is of the day that puts it nearest before the reading.
 */
export const javaLogback = oneOf(
  {
    name: 'java.logback',
    title: 'Logback, Log4j, Spring Boot, servers (Java)',
    url: 'https://logback.qos.ch/manual/layouts.html',
    framing: starts([...logbackStarts, ...serverStarts, line`{"`], { between: banner }),
  },
  printed,
  asJson,
  coloured,
  elastic,
  kafka,
  juli,
)
export type JavaLogback = Infer<typeof javaLogback>
