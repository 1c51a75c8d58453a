import { checkGrammars } from '../grammar/check.ts'
import { type CheckedLock, checkLock } from './check-lock.ts'
import { rulesOf } from './check-rules.ts'
import { loadFormats } from './formats.ts'
import { type Loaded, loadConfig, type Overrides } from './load.ts'

export interface Checked extends Loaded {
  /** Parsers that were looked at. */
  readonly grammars: number
  /** Undefined: the definitions do not load, so nothing can be said of what they yield. */
  readonly lock: CheckedLock | undefined
}

/**
 * Loads every definition: the configuration, its grammars and rules. Every mistake is in `problems`. With `formats` those
 * of `parsers/` too, each held against each other: a service that reads with none of them need not care. With `lock` what they
 * yield is held against the lock of fields.
 */
export const checkConfig = async (
  overrides: Overrides,
  environment: Readonly<Record<string, string | undefined>>,
  { formats: withFormats, lock: withLock = false }: { readonly formats: boolean; readonly lock?: boolean },
): Promise<Checked> => {
  const loaded = await loadConfig(overrides, environment)
  const { config, problems } = loaded
  const formats = withFormats ? await loadFormats() : { grammars: [], problems: [] }
  const grammars = new Set([...formats.grammars, ...config.pipelines.flatMap(({ parsers }) => parsers)])
  const lock = withLock && problems.length === 0 ? checkLock(config) : undefined
  return {
    ...loaded,
    problems: [
      ...problems,
      ...formats.problems,
      ...checkGrammars([...grammars]),
      ...rulesOf(config).problems,
      ...(lock?.problems ?? []),
    ],
    grammars: grammars.size,
    lock,
  }
}
