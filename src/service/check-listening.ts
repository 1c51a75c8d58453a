import { exposed } from '../access/exposed.ts'
import type { Text } from '../config/env.ts'
import { type Diagnostic, diagnose } from '../event/diagnostic.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Listening } from '../source/listening.ts'

interface Checked {
  readonly problems: readonly Diagnostic[]
  readonly warnings: readonly string[]
}

const addressOf = ({ on, host, port }: Listening): string => `${on} ${host}:${port}`

/** Whether what is pushed to may listen where it would. `resolve` tells itself of a variable that is not set. */
export const checkListening = (
  pipelines: readonly Pipeline[],
  hasWeb: boolean,
  resolve: (given: Text) => void,
): Checked => {
  const problems: Diagnostic[] = []
  const warnings: string[] = []
  const names = new Set<string>()
  const addresses = new Map<string, string>()
  for (const { source } of pipelines) {
    const { listens } = source
    if (listens === undefined) continue
    const { what, site, on, host, port, guarded, insecure, mend } = listens
    if (names.has(source.name))
      problems.push(
        diagnose(site, `two sources that are pushed to are called '${source.name}'`, 'Give each its own name'),
      )
    names.add(source.name)
    for (const one of listens.texts) resolve(one)
    if (on === 'web') {
      if (!hasWeb) warnings.push(`nothing can be pushed to the ${what}: there is no web server`)
      continue
    }
    if (port !== 0) {
      const other = addresses.get(addressOf(listens))
      if (other !== undefined)
        problems.push(
          diagnose(
            site,
            `the ${what} and the ${other} listen on one address, ${host}:${port}`,
            'Give each its own port',
          ),
        )
      addresses.set(addressOf(listens), what)
    }
    const open = exposed({ listener: `the ${what}`, host, guarded, insecure, mend })
    if (open !== undefined) problems.push(diagnose(site, open.text, open.mend))
  }
  return { problems, warnings }
}
