import {
  blanks,
  either,
  grammar,
  identifier,
  last,
  line,
  oneOfWords,
  onlyTrace,
  optional,
  record,
  starts,
  text,
  time,
  trimmed,
  withTrace,
  word,
} from 'tailrace'
import { javaLevels, javaTrace } from './trace.ts'

const day = time('@timestamp', 'iso')
const level = oneOfWords('log.level', javaLevels)
const said = optional(withTrace('message', javaTrace))

const elasticStart = line`[${day}][${level}${optional(blanks())}][`
const kafkaStart = line`[${day}] ${level} `
const juliStart = line`${time('@timestamp', 'dd-MMM-yyyy HH:mm:ssf')} ${oneOfWords('log.level', ['SEVERE', 'WARNING', 'INFO', 'CONFIG', 'FINE', 'FINER', 'FINEST'])} [`

export const serverStarts = [elasticStart, kafkaStart, juliStart]

/** Elasticsearch and OpenSearch, with the node; Logstash, with the pipeline and the plugin. */
export const elastic = grammar({
  name: 'java.logback.elastic',
  line: line`${elasticStart}${trimmed(text('log.logger'))}]${either(
    line` [${text('java.elastic.node')}] ${said}`,
    line`[${text('java.logstash.pipeline')}]${optional(line`[${text('java.logstash.plugin')}]`)} ${said}`,
    line` ${said}`,
  )}`,
  framing: starts(serverStarts),
  samples: [
    '[2026-03-10T08:00:00,123][INFO ][o.e.n.Node               ] [node-1] started',
    '[2026-03-10T08:00:00,123][WARN ][logstash.outputs.elasticsearch][main][0a1b] Attempted to resurrect connection',
    '[2026-03-10T08:00:00,123][INFO ][logstash.runner          ] Starting Logstash',
  ],
})
/** Kafka's `[%d] %p %m (%c)`. */
export const kafka = grammar({
  name: 'java.logback.kafka',
  line: record(
    line`${kafkaStart}${last(text('message'))} (${identifier('log.logger')})`,
    optional(onlyTrace(javaTrace)),
  ),
  framing: starts(serverStarts),
  samples: [
    '[2026-03-10 08:00:00,123] INFO [KafkaServer id=0] started (kafka.server.KafkaServer)',
    '[2026-03-10 08:00:00,123] ERROR Error while loading (kafka.log.LogManager)\njava.io.IOException: gone\n\tat kafka.log.Log.a(Log.scala:3)',
  ],
})
/** Tomcat: `java.util.logging` by its OneLineFormatter. */
export const juli = grammar({
  name: 'java.logback.juli',
  line: line`${juliStart}${text('process.thread.name')}] ${word('log.logger')} ${said}`,
  framing: starts(serverStarts),
  samples: [
    '10-Mar-2026 08:00:00.123 INFO [main] org.apache.catalina.startup.Catalina.start Server startup in [1234] milliseconds',
  ],
})
