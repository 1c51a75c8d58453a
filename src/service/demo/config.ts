import { join } from 'node:path'
import type { Logger } from '../../telemetry/log.ts'
import { demoPipelines } from '../builtin.ts'
import type { Config } from '../load.ts'
import { demoDirectory } from './state.ts'

/** The configuration, turned to the demo's logs; what it stores is kept apart by namespace, its alerts by directory. */
export const demoConfig = async (config: Config): Promise<Config> => ({
  ...config,
  namespace: 'demo',
  state: join(demoDirectory(config.data), 'state'),
  pipelines: await demoPipelines(demoDirectory(config.data)),
})

const paragraph = (config: Config, again: boolean): string => {
  const where = demoDirectory(config.data)
  const page =
    config.web === false
      ? ''
      : ` Look at it in a browser, at the address printed below; within two minutes there are events, an alert and a digest.`
  return again
    ? `This is the demo again: the made-up shop of ${where} goes on writing its logs, for there is still nothing else to follow. Everything of it is kept under namespace 'demo'.${page}`
    : `There is nothing to follow yet, so this is a demo. A made-up shop writes logs of nginx, MySQL and two applications under ${where}, with an hour of history and trouble at its payments in the first minute, and they are followed for real, under namespace 'demo'.${page} It ends for good once a store or a source is configured, or a log lies at one of the default paths; --no-demo starts without it.`
}

/** Says in one paragraph what this is. */
export const tellOfDemo = (config: Config, again: boolean, log: Logger): void => log.info(paragraph(config, again))
