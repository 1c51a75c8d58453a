import { commas } from '../config/commas.ts'
import type { StoreSettings } from '../config/settings.ts'
import type { VariableName } from '../config/variables.ts'
import type { Wrong } from './check-settings.ts'

/** The first store: what the command line or a variable names, with the rest of what the configuration says of one. */
export const storeOf = (
  given: string | undefined,
  user: StoreSettings | undefined,
  variable: (name: VariableName) => string | undefined,
  wrong: Wrong,
): StoreSettings => {
  if (given === undefined && user?.kind !== 'elasticsearch') return user ?? { kind: 'duckdb' }
  if (given === 'duckdb') return { kind: 'duckdb' }
  const nodes = given === undefined ? undefined : commas(given)
  for (const node of nodes ?? [])
    if (!/^https?:\/\/[^\s/]+/.test(node))
      wrong(`store address '${node}' is no address`, 'Use duckdb, or http(s)://host:9200')
  const access = {
    apiKey: variable('TAILRACE_STORE_API_KEY'),
    user: variable('TAILRACE_STORE_USER'),
    password: variable('TAILRACE_STORE_PASSWORD'),
    ca: variable('TAILRACE_STORE_CA'),
  }
  const set = Object.fromEntries(Object.entries(access).filter(([, value]) => value !== undefined))
  return {
    kind: 'elasticsearch',
    nodes: nodes ?? [],
    ...(user?.kind === 'elasticsearch' ? user : {}),
    ...(nodes === undefined ? {} : { nodes }),
    ...set,
  }
}
