import { readFileSync } from 'node:fs'
import type { Diagnostic } from '../event/diagnostic.ts'

/** Environment variables that override the configuration file, and what each means. */
export const variables = {
  TAILRACE_STORE: '`duckdb`, or the addresses of a store, separated by commas.',
  TAILRACE_STORE_API_KEY: 'API key for the store.',
  TAILRACE_STORE_USER: 'User for the store.',
  TAILRACE_STORE_PASSWORD: 'Password for the store.',
  TAILRACE_STORE_CA: 'PEM file of the certificate authority that signed the store.',
  TAILRACE_DATA: 'Data directory.',
  TAILRACE_NAMESPACE: 'Namespace part of data streams.',
  TAILRACE_TIMEZONE: 'Zone of times that name none.',
  TAILRACE_ROLE: '`all`, `ship` or `analyse`.',
  TAILRACE_LISTEN: '`host:port` of the web server.',
  TAILRACE_TOKEN: 'Token that everything which is not loopback must show.',
  TAILRACE_SMTP_URL: 'Mail server, `smtp://user:password@host:587`.',
  TAILRACE_MAIL_FROM: 'Sender of mails.',
  TAILRACE_MAIL_TO: 'Receivers of mails, separated by commas.',
  TAILRACE_LOG_LEVEL: "Level of Tailrace's own log.",
  TAILRACE_NGINX_ACCESS: 'Globs of nginx access logs, separated by commas.',
  TAILRACE_NGINX_ERROR: 'Globs of nginx error logs.',
  TAILRACE_MYSQL_SLOW: 'Globs of MySQL slow logs.',
  TAILRACE_APP: 'Globs of application logs.',
  TAILRACE_MYSQL_ERROR: 'Globs of MySQL error logs.',
  TAILRACE_REDIS: 'Globs of Redis logs.',
  TAILRACE_CELERY: 'Globs of Celery logs.',
  TAILRACE_DOCKER: 'Globs of Docker json-file logs.',
  TAILRACE_BEATS_LISTEN:
    '`host:port` of the Beats input; off unless set. Beyond loopback `host:port insecure` says that whoever reaches it may send.',
  TAILRACE_DINGTALK_URL: 'DingTalk robot.',
  TAILRACE_DINGTALK_SECRET: 'Signing secret of the DingTalk robot.',
  TAILRACE_HEARTBEAT_URL: 'Address asked for each minute while this process works as it should.',
} as const

/** Those whose value is nobody's to see; of an address in the others, its credentials. */
export const secretVariables: ReadonlySet<string> = new Set([
  'TAILRACE_STORE_API_KEY',
  'TAILRACE_STORE_PASSWORD',
  'TAILRACE_TOKEN',
  'TAILRACE_DINGTALK_URL',
  'TAILRACE_DINGTALK_SECRET',
  'TAILRACE_HEARTBEAT_URL',
])

/** Those of them that nothing listens to yet: setting one is answered, not ignored. */
export const laterVariables: ReadonlySet<string> = new Set(['TAILRACE_DINGTALK_URL', 'TAILRACE_DINGTALK_SECRET'])

export type VariableName = keyof typeof variables

type Environment = Readonly<Record<string, string | undefined>>

/** A variable's value, or that of the file its `…_FILE` variant names (last line end removed). */
export const readVariable = (name: string, environment: Environment, problems: Diagnostic[]): string | undefined => {
  const value = environment[name]
  if (value !== undefined && value !== '') return value
  const path = environment[`${name}_FILE`]
  if (path === undefined || path === '') return undefined
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    problems.push({
      text: `${name}_FILE names '${path}', which cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
      mend: 'Create the file, or let this user read it',
    })
    return undefined
  }
}

/** Variables that begin like ours and are none: typing mistakes that would silently change nothing. */
export const unknownVariables = (environment: Environment): readonly string[] =>
  Object.keys(environment).filter(
    (name) =>
      name.startsWith('TAILRACE_') && !internal.test(name) && !Object.hasOwn(variables, name.replace(/_FILE$/, '')),
  )
/** Those of the tests themselves. */
const internal = /^TAILRACE_TEST_/
