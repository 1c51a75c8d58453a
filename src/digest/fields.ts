/** The fields that a digest's figures are made of, whatever dataset they are of. */
export const digestFields: readonly string[] = [
  'event.duration',
  'http.response.status_code',
  'log.level',
  'url.template',
]

/** Those of the ranking of slow statements. */
export const slowFields: readonly string[] = [
  'event.duration',
  'mysql.slowlog.digest',
  'mysql.slowlog.explain',
  'mysql.slowlog.fingerprint',
  'mysql.slowlog.lock_time.sec',
  'mysql.slowlog.query',
  'mysql.slowlog.rows_examined',
  'mysql.slowlog.rows_sent',
  'mysql.slowlog.schema',
  'user.name',
]
export const slowDatasets: readonly string[] = ['mysql.slowlog']
