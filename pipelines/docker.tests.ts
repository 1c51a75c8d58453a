import { pipelineTest } from 'tailrace'
import docker from './docker.ts'

const line = (log: string, stream: string, second: number): string =>
  JSON.stringify({ log: `${log}\n`, stream, time: `2026-11-27T08:00:0${second}.123456789Z` })

export default [
  pipelineTest(docker, {
    name: 'each stream of a container is read by what its own first lines tell',
    path: '/var/lib/docker/containers/0123456789ab/0123456789ab-json.log',
    lines: [
      line('10.1.2.3 - - [27/Nov/2026:08:00:00 +0000] "GET /orders/7 HTTP/1.1" 200 5778 "-" "curl/8.5.0"', 'stdout', 0),
      line('2026/11/27 08:00:00 [notice] 7#7: signal process started', 'stderr', 1),
      line('10.1.2.3 - - [27/Nov/2026:08:00:02 +0000] "GET /orders/8 HTTP/1.1" 500 12 "-" "curl/8.5.0"', 'stdout', 2),
    ],
    documents: [
      { 'event.dataset': 'nginx.access', stream: 'stdout', 'url.template': '/orders/{id}' },
      { 'event.dataset': 'nginx.access', stream: 'stdout', 'http.response.status_code': 500 },
      { 'event.dataset': 'nginx.error', stream: 'stderr', 'log.level': 'notice' },
    ],
    partial: true,
  }),
]
