/** What users import as `tailrace`: parsers, pipelines, rules and the configuration are written with these. */
export { rule } from './alert/rule.ts'
export { env } from './config/env.ts'
export { duckdb, elasticsearch, email } from './config/settings.ts'
export { bool, duration, identifier, int, ip, number, oneOfWords, rest, skip, text, word } from './grammar/capture.ts'

export { delimited } from './grammar/delimited.ts'
export {
  comparedWith,
  constant,
  copy,
  extensionOf,
  lastOf,
  quotient,
  rangesOf,
  remainder,
  sumOf,
  wordsOf,
} from './grammar/derive.ts'
export { dissectLine as dissect } from './grammar/dissect-line.ts'

export { exportEntries } from './grammar/export-entries.ts'
export { continuedBy, continues, indented, paragraphs, starts } from './grammar/framing.ts'
export { type Grammar, grammar, type Infer } from './grammar/grammar.ts'
export { grokLine as grok } from './grammar/grok-line.ts'
export { headerLines } from './grammar/header-lines.ts'
export { json, jsonObject } from './grammar/json.ts'
export { keyValues } from './grammar/key-values.ts'
export { blanks, either, line, optional, whole } from './grammar/line.ts'
export { logFormat } from './grammar/log-format.ts'
export { everyField, key } from './grammar/members.ts'
export {
  again,
  closed,
  csv,
  escaped,
  last,
  list,
  never,
  or,
  quoted,
  through,
  trimmed,
  twice,
  unlessSet,
} from './grammar/modify.ts'
export { address, host, url } from './grammar/network.ts'
export { oneOf } from './grammar/one-of.ts'
export { pairs } from './grammar/pairs.ts'
export type { Part } from './grammar/part.ts'
export { anyOrder, record } from './grammar/record.ts'
export { regex } from './grammar/regex.ts'
export { requestLine } from './grammar/request-line.ts'
export { structuredData } from './grammar/structured-data.ts'
export { time } from './grammar/time.ts'
export { tlsProtocols, tlsVersionOf } from './grammar/tls.ts'
export { onlyTrace, type TraceStyle, withTrace } from './grammar/trace.ts'
export { uncoloured } from './grammar/uncoloured.ts'
export { type Pipeline, pipeline } from './pipeline/pipeline.ts'
export { pipelineTest } from './pipeline/pipeline-test.ts'
export { defineConfig } from './service/config.ts'
export { beacon } from './source/beacon.ts'
export { beats } from './source/beats.ts'
export { cri } from './source/cri.ts'
export { docker } from './source/docker.ts'
export { follow } from './source/follow.ts'
export { http } from './source/http.ts'
export { syslog } from './source/syslog.ts'
export { tcp } from './source/tcp.ts'
export { alias } from './transform/alias.ts'
export { clientAddress } from './transform/client-address.ts'
export { compute } from './transform/compute.ts'
export { convert } from './transform/convert.ts'
export { drop } from './transform/drop.ts'
export { geoip } from './transform/geoip.ts'
export { level } from './transform/level.ts'
export { lowercase } from './transform/lowercase.ts'
export { queryFingerprint } from './transform/query-fingerprint.ts'
export { redact } from './transform/redact.ts'
export { remove } from './transform/remove.ts'
export { rename } from './transform/rename.ts'
export { replace } from './transform/replace.ts'
export { sample } from './transform/sample.ts'
export { set } from './transform/set.ts'
export { split } from './transform/split.ts'
export { tag } from './transform/tag.ts'
export { templates } from './transform/templates.ts'
export { urlTemplate } from './transform/url-template.ts'
export { userAgent } from './transform/user-agent.ts'
