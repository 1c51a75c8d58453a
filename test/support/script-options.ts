import { type ParseArgsConfig, parseArgs } from 'node:util'

/**
 * What stands on the command line of a script that `npm run` starts. `--help` prints the usage and ends it; what the
 * script does not know, or takes otherwise, is told with the usage, and ends it with 2.
 */
export const scriptOptions = <const Options extends NonNullable<ParseArgsConfig['options']>>(
  usage: string,
  options: Options,
): ReturnType<typeof parseArgs<{ options: Options }>>['values'] => {
  if (process.argv.slice(2).some((given) => given === '--help' || given === '-h')) {
    console.log(usage)
    process.exit(0)
  }
  try {
    return parseArgs<{ options: Options }>({ options }).values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exit(2)
  }
}

/** The number an option names: whole, and not below `least`; else says so and ends with 2. */
export const wholeNumber = (option: string, text: string, least: number): number => {
  const value = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value
  console.error(`--${option} takes a whole number from ${least}, not '${text}'`)
  process.exit(2)
}
