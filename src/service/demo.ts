import type { Logger } from '../telemetry/log.ts'
import type { Config } from './load.ts'

/** The demo, once it is decided that it runs. */
export interface Demo {
  readonly config: Config
  begin(log: Logger): Promise<void>
  tell(log: Logger, address: string | undefined): void
  end(): void
}

export const decideDemo = async (
  _config: Config,
  _options: { readonly once: boolean; readonly demo?: boolean },
): Promise<Demo | undefined> => undefined
