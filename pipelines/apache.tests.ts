import { pipelineTest } from 'tailrace'
import { access, error } from './apache.ts'

const request = (second: number, status: number): string =>
  `shop.example:443 81.2.69.160 - - [27/Nov/2026:08:00:${String(second).padStart(2, '0')} +0000] "GET /orders/${1000 + second}?page=2 HTTP/1.1" ${status} 157 "-" "curl/8.5.0"`

export default [
  pipelineTest(access, {
    name: 'a request is told where it came from, by what, and for which kind of page',
    lines: [
      '81.2.69.160 - alice [27/Nov/2026:08:00:00 +0000] "GET /orders/1234?token=secret HTTP/1.1" 200 5120 "https://shop.example/" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36" 1432',
      '127.0.0.1 - - [27/Nov/2026:08:00:01 +0000] "-" 408 - "-" "-"',
    ],
    documents: [
      {
        '@timestamp': '2026-11-27T08:00:00.000Z',
        'source.geo.country_iso_code': 'GB',
        'user.name': 'alice',
        'url.original': '/orders/1234?token=[redacted:token]',
        'url.template': '/orders/{id}',
        'user_agent.name': 'Chrome',
        'event.duration': 1_432_000,
        'event.outcome': 'success',
      },
      { 'http.response.status_code': 408, 'url.template': null, 'http.response.body.bytes': null },
    ],
    partial: true,
  }),
  pipelineTest(access, {
    name: 'more than one server error in twenty requests of a minute fires',
    lines: Array.from({ length: 40 }, (_, i) => request(i % 60, i < 3 ? 502 : 200)),
    alerts: [{ rule: 'apache-5xx-share', state: 'firing', since: '2026-11-27T08:00:00.000Z', value: 0.075 }],
  }),
  pipelineTest(access, {
    name: 'few requests wake nobody, however many of them fail',
    lines: Array.from({ length: 10 }, (_, i) => request(i, 502)),
    alerts: [],
  }),
  pipelineTest(error, {
    name: 'what was said of a client is told with where it came from, its code and the error of the system',
    lines: [
      '[Fri Nov 27 08:00:00.103522 2026] [core:error] [pid 7:tid 8] (13)Permission denied: [client 81.2.69.160:50312] AH00035: access to /a denied, referer: https://shop.example/?token=secret',
      'sh: x: not found',
      '[Fri Nov 27 08:00:01.000000 2026] [mpm_event:notice] [pid 7:tid 7] AH00491: caught SIGTERM, shutting down',
    ],
    timezone: 'Asia/Shanghai',
    documents: [
      {
        '@timestamp': '2026-11-27T00:00:00.103522Z',
        'log.level': 'error',
        'source.geo.country_iso_code': 'GB',
        'event.code': 'AH00035',
        'error.code': '13',
        'http.request.referrer': 'https://shop.example/?token=[redacted:token]',
        'apache.error.more': 'sh: x: not found',
      },
      { 'log.level': 'notice', message: 'AH00491: caught SIGTERM, shutting down', 'source.ip': null },
    ],
    partial: true,
  }),
]
