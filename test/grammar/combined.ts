import { int, text, word } from '../../src/grammar/capture.ts'
import { rangesOf } from '../../src/grammar/derive.ts'
import { grammar } from '../../src/grammar/grammar.ts'
import { either, line } from '../../src/grammar/line.ts'
import { escaped, or } from '../../src/grammar/modify.ts'
import { address, url } from '../../src/grammar/network.ts'
import { time } from '../../src/grammar/time.ts'

export const sample =
  '10.112.72.172 - - [11/Feb/2013:06:43:36 +0000] "GET /client/?page=2 HTTP/1.1" 200 5778 "-" "Mozilla/5.0"'

/** nginx's `combined`, as a test wants it: requests that are none are kept as text. */
export const combined = grammar({
  name: 'test.combined',
  line: line`${address('source.address', { list: 'nginx.access.remote_ip_list' })} - ${or('-', text('user.name'))} [${time('@timestamp', 'clf')}] "${either(
    line`${word('http.request.method')} ${escaped('hex', url('url.original'))} HTTP/${word('http.version')}`,
    line`${or('-', escaped('hex', text('nginx.access.request')))}`,
  )}" ${int('http.response.status_code')} ${int('http.response.body.bytes')} "${or('-', escaped('hex', text('http.request.referrer')))}" "${or('-', escaped('hex', text('user_agent.original')))}"`,
  samples: [sample, '::1 - - [11/Feb/2013:06:43:36 +0000] "\\x16\\x03" 400 157 "-" "-"'],
  derive: { 'event.outcome': rangesOf('http.response.status_code', [[400, 'success']], 'failure') },
})
