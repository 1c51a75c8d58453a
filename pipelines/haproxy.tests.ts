import { pipelineTest } from 'tailrace'
import haproxy from './haproxy.ts'

const request = (second: number, status: number): string =>
  `2026-11-27T08:00:${String(second).padStart(2, '0')}+00:00 lb haproxy[7]: 81.2.69.160:50312 [27/Nov/2026:08:00:${String(second).padStart(2, '0')}.123] www~ shop/s1 0/0/1/69/70 ${status} 2750 - - ---- 1/1/1/1/0 0/0 "GET /orders/${1000 + second}?token=secret HTTP/1.1"`

export default [
  pipelineTest(haproxy, {
    name: 'a request is told where it came from, for which kind of page, and how long it took',
    lines: [
      request(0, 200),
      '2026-11-27T08:00:01+00:00 lb haproxy[7]: Connect from 10.0.0.7:33312 to 10.0.0.1:8012 (stats/TCP)',
    ],
    documents: [
      {
        '@timestamp': '2026-11-27T08:00:00.123Z',
        'source.geo.country_iso_code': 'GB',
        'url.template': '/orders/{id}',
        'url.original': '/orders/1000?token=[redacted:token]',
        'haproxy.http.request.raw_request_line': 'GET /orders/1000?token=[redacted:token] HTTP/1.1',
        'haproxy.backend_name': 'shop',
        'event.duration': 70_000_000,
      },
      { '@timestamp': '2026-11-27T08:00:01.000Z', 'haproxy.mode': 'TCP', 'source.geo': null },
    ],
    partial: true,
  }),
  pipelineTest(haproxy, {
    name: 'more than one server error in twenty requests of a minute fires, whatever else is said',
    lines: [
      ...Array.from({ length: 40 }, (_, i) => request(i % 60, i < 3 ? 503 : 200)),
      ...Array.from({ length: 40 }, () => '2026-11-27T08:00:50+00:00 lb haproxy[7]: Proxy www started.'),
    ],
    alerts: [{ rule: 'haproxy-5xx-share', state: 'firing', since: '2026-11-27T08:00:00.000Z', value: 0.075 }],
  }),
  pipelineTest(haproxy, {
    name: 'a backend without servers fires',
    lines: [
      '2026-11-27T08:00:00+00:00 lb haproxy[7]: Server shop/s1 is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
      '2026-11-27T08:00:00+00:00 lb haproxy[7]: backend shop has no server available!',
    ],
    alerts: [{ rule: 'haproxy-no-server', state: 'firing', since: '2026-11-27T08:00:00.000Z', value: 1 }],
  }),
]
