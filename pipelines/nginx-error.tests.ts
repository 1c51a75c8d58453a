import { pipelineTest } from 'tailrace'
import nginxError from './nginx-error.ts'

export default [
  pipelineTest(nginxError, {
    name: 'what a request failed of is told with the request and where it came from',
    lines: [
      '2026/11/27 08:00:00 [error] 7#8: *9 connect() failed (111: Connection refused) while connecting to upstream, client: 81.2.69.160, server: shop.example, request: "POST /orders/1234/pay?token=secret HTTP/1.1", upstream: "http://10.0.0.1:8000/orders/1234/pay", host: "shop.example"',
      '2026/11/27 08:00:01 [notice] 7#7: signal process started',
    ],
    timezone: 'Asia/Shanghai',
    documents: [
      {
        '@timestamp': '2026-11-27T00:00:00.000Z',
        'log.level': 'error',
        'source.ip': '81.2.69.160',
        'source.geo.country_iso_code': 'GB',
        'http.request.method': 'POST',
        'url.template': '/orders/{id}/pay',
      },
      { 'log.level': 'notice', message: 'signal process started', 'source.ip': null },
    ],
    partial: true,
  }),
]
