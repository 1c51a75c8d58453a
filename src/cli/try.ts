import { type Command, Option } from 'commander'
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
}

const run = async (parser: string | undefined, file: string | undefined, options: Options): Promise<void> => {
  if (options.grok !== undefined || options.dissect !== undefined)
    throw new Exit(2, "'try --grok' and 'try --dissect' are not there yet")
  if (parser === undefined && options.pipeline === undefined)
    throw usage("name a parser, or auto to have it recognised: 'tailrace parsers' lists them")
  const { OperationError } = await import('../service/control.ts')
  const { tryInput } = await import('../service/try.ts')
  // With --pipeline the only argument is the file.
  const input = options.pipeline !== undefined && file === undefined ? parser : file
  try {
    const { records, parsed, failed } = await tryInput({
      ...(options.pipeline === undefined ? { parser: parser! } : { pipeline: options.pipeline }),
      ...(input === undefined || input === '-' ? {} : { file: input }),
      enrich: options.enrich === true,
      explain: options.explain === true,
      ...(options.failures === undefined ? {} : { failures: options.failures }),
      ...(options.timezone === undefined ? {} : { timezone: options.timezone }),
      ...(options.encoding === undefined ? {} : { encoding: options.encoding }),
      ...(options.logFormat === undefined ? {} : { logFormat: options.logFormat }),
      ...(options.config === undefined ? {} : { config: options.config }),
    })
    process.stderr.write(`${records} records, ${parsed} parsed, ${failed} failed\n`)
    if (failed > 0) process.exitCode = 1
  } catch (error) {
    if (error instanceof OperationError) throw new Exit(error.status, error.message, { cause: error })
    throw error
  }
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
    .option('--dissect <pattern>', 'not yet')
    .action(run)
}
