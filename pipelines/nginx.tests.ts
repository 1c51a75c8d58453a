import { pipelineTest } from 'tailrace'
import nginx from './nginx.ts'

const request = (second: number, status: number): string =>
  `81.2.69.160 - - [27/Nov/2026:08:00:${String(second).padStart(2, '0')} +0000] "GET /orders/${1000 + second}?page=2 HTTP/1.1" ${status} 157 "-" "curl/8.5.0"`

export default [
  pipelineTest(nginx, {
    name: 'a request is told where it came from, by what, and for which kind of page',
    lines: [
      '81.2.69.160 - alice [27/Nov/2026:08:00:00 +0000] "GET /orders/1234?token=secret HTTP/1.1" 200 5120 "https://shop.example/" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"',
      '10.0.0.7 - - [27/Nov/2026:08:00:01 +0000] "GET /robots.txt HTTP/1.1" 404 0 "-" "Googlebot/2.1 (+http://www.google.com/bot.html)"',
    ],
    documents: [
      {
        '@timestamp': '2026-11-27T08:00:00.000Z',
        'source.ip': '81.2.69.160',
        'source.geo.country_iso_code': 'GB',
        'user.name': 'alice',
        'url.original': '/orders/1234?token=[redacted:token]',
        'url.template': '/orders/{id}',
        'http.response.status_code': 200,
        'user_agent.name': 'Chrome',
        'user_agent.bot': false,
        'event.outcome': 'success',
      },
      { 'source.geo': null, 'url.template': '/robots.txt', 'user.name': null, 'user_agent.bot': true },
    ],
    partial: true,
  }),
  pipelineTest(nginx, {
    name: 'lines that are no requests become dead letters, those around them do not',
    lines: [request(0, 200), 'nginx: worker process 17 exited', request(2, 200)],
    documents: [{ 'url.template': '/orders/{id}' }, { 'url.template': '/orders/{id}' }],
    partial: true,
    failures: [{ line: 2, stage: 'parse' }],
  }),
  pipelineTest(nginx, {
    name: 'more than one server error in twenty requests of a minute fires',
    lines: Array.from({ length: 40 }, (_, i) => request(i % 60, i < 3 ? 502 : 200)),
    alerts: [{ rule: 'nginx-5xx-share', state: 'firing', since: '2026-11-27T08:00:00.000Z', value: 0.075 }],
  }),
  pipelineTest(nginx, {
    name: 'few requests wake nobody, however many of them fail',
    lines: Array.from({ length: 10 }, (_, i) => request(i, 502)),
    alerts: [],
  }),
]
