import { type Command, Option } from 'commander'
import type { TryResult } from '../service/try.ts'
import { type Encoding, encodings } from '../source/decode.ts'
import { Exit, usage } from './exit.ts'
import { type General, withGeneral } from './general.ts'

interface Options extends General {
  readonly enrich?: boolean
  readonly pipeline?: string
  readonly explain?: boolean
  readonly failures?: string
  readonly timezone?: string
  readonly encoding?: Encoding
  readonly logFormat?: string
  readonly grok?: string
  readonly dissect?: string
  readonly appendSeparator?: string
}

const told = async (trying: () => Promise<TryResult>): Promise<void> => {
  const { OperationError } = await import('../service/control.ts')
  try {
    const { records, parsed, failed } = await trying()
    process.stderr.write(`${records} records, ${parsed} parsed, ${failed} failed\n`)
    if (failed > 0) process.exitCode = 1
  } catch (error) {
    if (error instanceof OperationError) throw new Exit(error.status, error.message, { cause: error })
    throw error
  }
}

const run = async (parser: string | undefined, file: string | undefined, options: Options): Promise<void> => {
  if (options.grok !== undefined) throw new Exit(2, "'try --grok' is not there yet")
  const common = {
    explain: options.explain === true,
    ...(options.failures === undefined ? {} : { failures: options.failures }),
    ...(options.encoding === undefined ? {} : { encoding: options.encoding }),
  }
  // With a pattern or --pipeline the only argument is the file.
  const only = options.dissect ?? options.pipeline
  const input = only !== undefined && file === undefined ? parser : file
  const given = input === undefined || input === '-' ? {} : { file: input }
  if (options.dissect !== undefined) {
    const pattern = options.dissect
    const { tryPattern } = await import('../service/try-pattern.ts')
    const separator = options.appendSeparator
    await told(() =>
      tryPattern({ ...common, ...given, dissect: pattern, ...(separator === undefined ? {} : { separator }) }),
    )
    return
  }
  if (parser === undefined && options.pipeline === undefined)
    throw usage("name a parser, or auto to have it recognised: 'tailrace parsers' lists them")
  const { tryInput } = await import('../service/try.ts')
  await told(() =>
    tryInput({
      ...common,
      ...given,
      ...(options.pipeline === undefined ? { parser: parser! } : { pipeline: options.pipeline }),
      enrich: options.enrich === true,
      ...(options.timezone === undefined ? {} : { timezone: options.timezone }),
      ...(options.logFormat === undefined ? {} : { logFormat: options.logFormat }),
      ...(options.config === undefined ? {} : { config: options.config }),
    }),
  )
}

export const addTry = (program: Command): void => {
  withGeneral(program.command('try').description('lines in, the documents they become out; failures to standard error'))
    .argument('[parser]', 'its name, or auto')
    .argument('[file]', 'else standard input')
    .option('--enrich', 'with what the built-in pipeline of the format adds')
    .option('--pipeline <name>', 'run a whole pipeline instead of a parser')
    .option('--explain', 'show how far the grammar came and what it expected')
    .option('--failures <file>', 'write failures there, a JSON object a line')
    .option('--timezone <zone>', 'for times without a zone')
    .addOption(
      new Option('--encoding <name>', 'of the lines (default: utf-16 where marked so, else utf-8)').choices(encodings),
    )
    .option('--log-format <text>', "nginx's log_format, as in nginx.conf or bare")
    .option('--grok <pattern>', 'not yet')
    .option('--dissect <pattern>', "%{name} where a value stands, as Logstash's dissect has it; captures become fields")
    .option('--append-separator <text>', 'between what %{+name} appends (default: the delimiter to its left)')
    .action(run)
}
