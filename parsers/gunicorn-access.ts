import { escaped, grammar, host, type Infer, int, line, or, rangesOf, requestLine, text, time } from 'tailrace'

/**
 * gunicorn's access log as it is by default: `combined`, with quotes inside of values as `\"`. It has the address of its
 * peer, which is the proxy's where there is one.
 */
export const gunicornAccess = grammar({
  name: 'gunicorn.access',
  title: 'gunicorn access log',
  url: 'https://docs.gunicorn.org/en/stable/settings.html#access-log-format',
  twinOf: 'nginx.access',
  line: line`${or(['-', ''], host('source.address', { ip: 'source.ip', port: 'source.port' }))} - ${or('-', text('user.name'))} [${time('@timestamp', 'clf')}] "${requestLine('gunicorn.access.request', { escape: 'any', before: '"' })}" ${int('http.response.status_code')} ${or('-', int('http.response.body.bytes'))} "${or('-', escaped('any', text('http.request.referrer')))}" "${or('-', escaped('any', text('user_agent.original')))}"`,
  derive: {
    'event.outcome': rangesOf('http.response.status_code', [[400, 'success']], 'failure'),
  },
  samples: [
    '203.0.113.7 - - [10/Mar/2026:08:00:00 +0800] "GET /orders/7?page=2 HTTP/1.1" 200 12 "-" "curl/8.5.0"',
    '- - anna [10/Mar/2026:08:00:00 +0800] "POST /pay HTTP/1.1" 500 - "https://shop.example/" "a \\"b\\""',
  ],
})
export type GunicornAccess = Infer<typeof gunicornAccess>
