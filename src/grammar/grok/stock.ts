import { type Patterns, readPatternFile } from './pattern-file.ts'
import { aws } from './stock/aws.ts'
import { bacula } from './stock/bacula.ts'
import { base } from './stock/base.ts'
import { bind } from './stock/bind.ts'
import { cisco } from './stock/cisco.ts'
import { exim } from './stock/exim.ts'
import { firewalls } from './stock/firewalls.ts'
import { haproxy } from './stock/haproxy.ts'
import { httpd } from './stock/httpd.ts'
import { java } from './stock/java.ts'
import { junos } from './stock/junos.ts'
import { mongodb } from './stock/mongodb.ts'
import { nagios } from './stock/nagios.ts'
import { others } from './stock/others.ts'
import { rails } from './stock/rails.ts'
import { syslog } from './stock/syslog.ts'
import { zeek } from './stock/zeek.ts'

/** `disabled`: fields are called as before ECS; `v1` and `v8`: as ECS calls them, in both alike. */
export type EcsCompatibility = 'disabled' | 'v1' | 'v8'

const texts = { base, httpd, haproxy, java, junos, syslog, aws, bacula, bind, zeek, exim, cisco, firewalls, mongodb, nagios, rails, others } // biome-ignore format: a list

type Era = 'legacy' | 'ecs'

/**
 * The patterns are written once for both: `%{IP:clientip|client.ip}` captures `clientip` in the one and `client.ip` in
 * the other, and nothing in the one whose name is missing; a line behind `@legacy` or `@ecs` is of that one only.
 */
const ofEra = (text: string, era: Era): string =>
  text
    .replace(/^@(legacy|ecs) (.*)$/gm, (_, only: string, line: string) => (only === era ? line : ''))
    .replace(
      /(%\{\w+|\(\?<):?([\w.:@-]*)\|([\w.:@-]*)([}>])/g,
      (_, front: string, legacy: string, ecs: string, end: string) => {
        const name = era === 'legacy' ? legacy : ecs
        if (end === '>') return name === '' ? '(?:' : `${front}${name}>`
        return name === '' ? `${front}}` : `${front}:${name}}`
      },
    )

const made: { [era in Era]?: Patterns } = {}

/**
 * Patterns by the names that Logstash's users know, for the same lines and with the same fields, written from what the
 * programs log, none of them exponential.
 */
export const stockPatterns = (ecs: EcsCompatibility): Patterns => {
  const era = ecs === 'disabled' ? 'legacy' : 'ecs'
  made[era] ??= new Map(
    Object.entries(texts).flatMap(([name, text]) => [...readPatternFile(ofEra(text, era), `stock ${name}`)]),
  )
  return made[era]
}
