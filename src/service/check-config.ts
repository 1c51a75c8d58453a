import { checkGrammars } from '../grammar/check.ts'
import { rulesOf } from './check-rules.ts'
import { loadFormats } from './formats.ts'
import { type Loaded, loadConfig, type Overrides } from './load.ts'

export interface Checked extends Loaded {
  /** Parsers that were looked at. */
  readonly grammars: number
}

/** Loads every definition: the configuration, the formats beside it, the rules. Every mistake is in `problems`. */
export const checkConfig = async (
  overrides: Overrides,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Checked> => {
  const loaded = await loadConfig(overrides, environment)
  const { config, problems } = loaded
  const formats = await loadFormats()
  const grammars = new Set([...formats.grammars, ...config.pipelines.flatMap(({ parsers }) => parsers)])
  return {
    ...loaded,
    problems: [...problems, ...formats.problems, ...checkGrammars([...grammars]), ...rulesOf(config).problems],
    grammars: grammars.size,
  }
}
