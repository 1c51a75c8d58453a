import { compileRules } from '../alert/compile.ts'
import type { Config } from './load.ts'
import { knownFields } from './operations/question.ts'

/** The rules in force, ready to be judged, and every mistake in them. */
export const rulesOf = (config: Config) =>
  compileRules(config.rules, {
    ...knownFields(config),
    timezone: config.timezone,
    notifiers: Object.keys(config.notify),
  })
