import type { Text } from '../config/env.ts'
import { parseDuration } from '../event/units.ts'
import type { Wrong } from './check-settings.ts'
import type { UserConfig } from './config.ts'

/** The heartbeat in force. `every`: milliseconds. */
export interface Heartbeat {
  readonly url: string
  readonly every: number
}

/** What the environment names, else the file; undefined: none. */
export const heartbeatOf = (
  { heartbeat }: UserConfig,
  given: string | undefined,
  text: (given: Text | undefined) => string | undefined,
  wrong: Wrong,
): Heartbeat | undefined => {
  if (given === undefined && heartbeat === undefined) return undefined
  const url = given ?? text(heartbeat?.url)
  const every = parseDuration(heartbeat?.every ?? '1m')
  // A variable that is not set was told already. The address itself is a secret.
  if (url === undefined && heartbeat?.url === undefined)
    wrong('heartbeat has no url', 'Name the address that is to be asked for', ['heartbeat'])
  else if (url !== undefined && !(/^https?:\/\//.test(url) && URL.canParse(url)))
    wrong('the heartbeat’s url is no address', 'Use http(s)://host/…', ['heartbeat', 'url'])
  if (every === undefined || every < 1000)
    wrong(`heartbeat.every is '${heartbeat?.every}'`, "It takes a time of a second or more, as '1m'", [
      'heartbeat',
      'every',
    ])
  return { url: url ?? '', every: every ?? 60_000 }
}
