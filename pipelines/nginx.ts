import { follow, geoip, pipeline, redact, rule, urlTemplate, userAgent } from 'tailrace'
import { nginxAccess } from '../parsers/nginx-access.ts'

export const serverErrors = rule({
  kind: 'threshold',
  name: 'nginx-5xx-share',
  title: { en: 'Too many requests end with a server error', zh: '请求的服务器错误比例过高' },
  about: 'More than one request in twenty was answered with a status of 500 or above.',
  severity: 'P1',
  datasets: ['nginx.access'],
  share: 'http.response.status_code >= 500',
  above: 0.05,
  atLeast: 20,
  over: '1m',
  allowance: '10s',
  // Just after the allowance, so that it is known within the quarter of a minute.
  schedule: '15 * * * * *',
  clearFor: 2,
})

export const unusualTraffic = rule({
  kind: 'anomaly',
  name: 'nginx-unusual-traffic',
  title: { en: 'The number of requests is far from what this hour usually has', zh: '请求量与该时段平时相差很大' },
  severity: 'P2',
  datasets: ['nginx.access'],
  metric: { kind: 'count' },
  direction: 'both',
  over: '5m',
  allowance: '30s',
  atLeast: 100,
})

const access = pipeline('nginx.access')
  .from(follow({ name: 'nginx.access', paths: ['/var/log/nginx/*access*.log'] }))
  .parse(nginxAccess)
  .through(redact())
  .through(geoip())
  .through(userAgent())
  .through(urlTemplate())
  .watched(serverErrors, unusualTraffic)

export default access
