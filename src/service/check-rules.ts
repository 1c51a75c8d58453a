import { compileRules } from '../alert/compile.ts'
import type { Config } from './load.ts'
import { knownFields } from './operations/question.ts'

/** The rules in force, ready to be judged, and every mistake in them. */
export const rulesOf = (config: Pick<Config, 'pipelines' | 'rules' | 'timezone'> & Partial<Pick<Config, 'notify'>>) =>
  compileRules(config.rules, {
    ...knownFields(config),
    timezone: config.timezone,
    ...(config.notify === undefined ? {} : { notifiers: Object.keys(config.notify) }),
  })
