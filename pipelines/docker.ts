import { docker, geoip, pipeline, queryFingerprint, redact, templates, urlTemplate, userAgent } from 'tailrace'

/**
 * Containers of this machine, whatever they log. A label says what reads one (`tailrace.parser=nginx.access`), else its
 * first lines; the rules of the other pipelines hold for what containers log as well.
 */
export default pipeline('docker')
  .from(docker())
  .recognise()
  .through(redact())
  .through(geoip())
  .through(userAgent())
  .through(urlTemplate())
  .through(queryFingerprint())
  .through(templates())
