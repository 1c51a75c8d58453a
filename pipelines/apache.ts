import { follow, geoip, pipeline, redact, rule, urlTemplate, userAgent } from 'tailrace'
import { apacheAccess } from '../parsers/apache-access.ts'
import { apacheError } from '../parsers/apache-error.ts'

export const apacheServerErrors = rule({
  kind: 'threshold',
  name: 'apache-5xx-share',
  title: { en: 'Too many requests end with a server error', zh: '请求的服务器错误比例过高' },
  about: 'More than one request in twenty was answered with a status of 500 or above.',
  severity: 'P1',
  datasets: ['apache.access'],
  share: 'http.response.status_code >= 500',
  above: 0.05,
  atLeast: 20,
  over: '1m',
  allowance: '10s',
  clearFor: 2,
})

/** Debian's and Red Hat's places. */
export const access = pipeline('apache.access')
  .from(
    follow({
      name: 'apache.access',
      paths: ['/var/log/apache2/*access*.log', '/var/log/httpd/*access_log', '/var/log/httpd/ssl_request_log'],
    }),
  )
  .parse(apacheAccess)
  .through(redact())
  .through(geoip())
  .through(userAgent())
  .through(urlTemplate())
  .watched(apacheServerErrors)

export const error = pipeline('apache.error')
  .from(follow({ name: 'apache.error', paths: ['/var/log/apache2/*error*.log', '/var/log/httpd/*error_log'] }))
  .parse(apacheError)
  .through(redact())
  .through(geoip())

export default [access, error]
