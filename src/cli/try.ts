import { type Command, Option } from 'commander'
import type { EcsCompatibility } from '../grammar/grok/stock.ts'
import type { TryResult } from '../service/try.ts'
import type { TriedPattern } from '../service/try-pattern.ts'
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
  readonly patterns?: string
  readonly ecsCompatibility?: EcsCompatibility
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

const patternOf = (options: Options): TriedPattern | undefined => {
  const { grok, patterns, ecsCompatibility: ecs, dissect, appendSeparator: separator } = options
  if (grok !== undefined && dissect !== undefined) throw usage('give one pattern: --grok or --dissect')
  if (grok === undefined && (patterns !== undefined || ecs !== undefined))
    throw usage('--patterns and --ecs-compatibility belong to --grok')
  if (grok !== undefined)
    return { grok, ...(patterns === undefined ? {} : { patterns }), ...(ecs === undefined ? {} : { ecs }) }
  if (dissect !== undefined) return { dissect, ...(separator === undefined ? {} : { separator }) }
  return undefined
}

const run = async (parser: string | undefined, file: string | undefined, options: Options): Promise<void> => {
  const common = {
    explain: options.explain === true,
    ...(options.failures === undefined ? {} : { failures: options.failures }),
    ...(options.encoding === undefined ? {} : { encoding: options.encoding }),
  }
  // With a pattern or --pipeline the only argument is the file.
  const only = options.grok ?? options.dissect ?? options.pipeline
  const input = only !== undefined && file === undefined ? parser : file
  const given = input === undefined || input === '-' ? {} : { file: input }
  const pattern = patternOf(options)
  if (pattern !== undefined) {
    const { tryPattern } = await import('../service/try-pattern.ts')
    await told(() => tryPattern({ ...common, ...given, pattern }))
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
    .option('--log-format <text>', "nginx's log_format or Apache's LogFormat, as in the server's configuration or bare")
    .option(
      '--grok <pattern>',
      "%{NAME:field} as Logstash's grok has it, its stock patterns too; captures become fields",
    )
    .option('--patterns <dir>', 'own patterns for --grok, files of lines `NAME expression`; they go before stock ones')
    .addOption(
      new Option('--ecs-compatibility <mode>', 'fields of the stock patterns: of old, or of ECS (default: v8)').choices(
        ['disabled', 'v1', 'v8'],
      ),
    )
    .option('--dissect <pattern>', "%{name} where a value stands, as Logstash's dissect has it; captures become fields")
    .option('--append-separator <text>', 'between what %{+name} appends (default: the delimiter to its left)')
    .action(run)
}
