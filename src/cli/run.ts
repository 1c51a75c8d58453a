import type { Command } from 'commander'
import { Exit, usage } from './exit.ts'
import { configured, type General, overridesOf, withStore } from './general.ts'

interface Options extends General {
  readonly parser?: string
  readonly once?: boolean
  readonly from: string
  readonly timezone?: string
  readonly role?: string
  readonly grace?: string
  readonly web: boolean
  /** Undefined: where nothing is configured and nothing is there. */
  readonly demo?: boolean
}

const run = async (globs: readonly string[], options: Options): Promise<void> => {
  if (options.from !== 'beginning' && options.from !== 'end')
    throw usage(`--from takes beginning or end, not '${options.from}'`)
  if (options.parser !== undefined && globs.length === 0)
    throw usage('--parser says how to read the files named by globs; name some')
  if (options.once === true && options.demo === true)
    throw usage('the demo never ends: --once and --demo do not go together')
  const { timezone, role, grace } = options
  const { holdYoungSpace } = await import('../service/young-space.ts')
  holdYoungSpace()
  const { serve } = await import('../service/serve.ts')
  const { recognisedPipeline } = await import('../service/builtin.ts')
  const { OperationError } = await import('../service/control.ts')
  const { checkConfig } = await import('../service/check-config.ts')
  const { followModules } = await import('../service/fresh-modules.ts')
  if (options.once !== true) followModules()
  const overrides = {
    ...overridesOf(options),
    ...(timezone === undefined ? {} : { timezone }),
    ...(role === undefined ? {} : { role }),
    ...(grace === undefined ? {} : { grace }),
    ...(options.web ? {} : { web: false }),
    ...(globs.length === 0 ? {} : { pipelines: [await recognisedPipeline(globs, options.parser)] }),
  }
  const config = await configured(overrides)
  try {
    const code = await serve(config, {
      once: options.once === true,
      from: options.from,
      json: options.logOutput === 'json',
      demo: options.once === true ? false : options.demo,
      load: (file) =>
        checkConfig({ ...overrides, ...(file === undefined ? {} : { config: file }) }, process.env, { formats: false }),
    })
    process.exitCode = code
    // Whatever still holds the process (a store that is waited for) must not keep it from ending.
    setTimeout(() => process.exit(code), 500).unref()
  } catch (error) {
    if (error instanceof OperationError) throw new Exit(error.status, error.message, { cause: error })
    throw error
  }
}

export const addRun = (program: Command): void => {
  withStore(program.command('run').description('the service: follow, parse, deliver, watch'))
    .argument('[globs...]', 'follow just these files; their format is recognised from the first lines')
    .option('--parser <name>', 'the format of the files named')
    .option('--once', 'read what is there, deliver it, evaluate by event time, stop')
    .option('--from <place>', 'where to begin files never seen: beginning or end', 'beginning')
    .option('--timezone <zone>', 'for times without a zone')
    .option('--role <role>', 'all, ship or analyse')
    .option('--grace <time>', 'how long a stop may take (default: 30s)')
    .option('--no-web', 'without the web server')
    .option('--demo', 'a made-up shop to look at, also where logs lie at the default paths')
    .option('--no-demo', 'never the demo, which else begins where there is nothing to follow')
    .action(run)
}
