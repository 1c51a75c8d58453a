import { follow, geoip, pipeline, redact, rule, urlTemplate } from 'tailrace'
import { haproxyLog } from '../parsers/haproxy-log.ts'

export const haproxyServerErrors = rule({
  kind: 'threshold',
  name: 'haproxy-5xx-share',
  title: { en: 'Too many requests end with a server error', zh: '请求的服务器错误比例过高' },
  about:
    'More than one request in twenty was answered with a status of 500 or above; haproxy.termination_state says by whom.',
  severity: 'P1',
  datasets: ['haproxy.log'],
  where: 'http.response.status_code: *',
  share: 'http.response.status_code >= 500',
  above: 0.05,
  atLeast: 20,
  over: '1m',
  allowance: '10s',
  clearFor: 2,
})

export const haproxyNoServer = rule({
  kind: 'threshold',
  name: 'haproxy-no-server',
  title: { en: 'A backend has no server left', zh: '后端没有可用的服务器' },
  about: 'Every server of the backend failed its health check: its requests are answered with 503.',
  severity: 'P1',
  datasets: ['haproxy.log'],
  where: 'message: "has no server available"',
  above: 0,
  over: '1m',
  allowance: '10s',
})

export default pipeline('haproxy')
  .from(follow({ name: 'haproxy', paths: ['/var/log/haproxy*.log'] }))
  .parse(haproxyLog)
  .through(redact())
  .through(geoip())
  .through(urlTemplate())
  .watched(haproxyServerErrors, haproxyNoServer)
