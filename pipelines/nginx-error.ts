import { follow, geoip, pipeline, redact, templates, urlTemplate } from 'tailrace'
import { nginxError } from '../parsers/nginx-error.ts'

export default pipeline('nginx.error')
  .from(follow({ name: 'nginx.error', paths: ['/var/log/nginx/*error*.log'] }))
  .parse(nginxError)
  .through(redact())
  .through(templates())
  .through(geoip())
  .through(urlTemplate())
