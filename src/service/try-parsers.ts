import type { Block } from '../event/block.ts'
import { printDiagnostic } from '../event/diagnostic.ts'
import type { Envelope } from '../event/envelope.ts'
import { type Framing, wrapped as framingOfWrapped } from '../event/framing.ts'
import { printable } from '../event/printable.ts'
import type { Grammar } from '../grammar/grammar.ts'
import { type Recognised, recognise } from '../grammar/recognise.ts'
import { containerEnvelopes } from '../source/envelope/containers.ts'
import { envelopeOf } from '../source/envelope/payload.ts'
import type { Transform } from '../transform/transform.ts'
import { chooseStreams } from './choose-stream.ts'
import { OperationError } from './control.ts'
import { loadFormats } from './formats.ts'
import type { TryOptions } from './try.ts'

/** What a record is read with. */
export interface Tried {
  readonly grammar: Grammar
  readonly transforms: readonly Transform<never, object>[]
  readonly dataset: string
  readonly timezone: string
}
export interface Choose {
  (head: Uint8Array): Tried
  /** Where the lines of the input are envelopes: how they are read, and what each block is. */
  wrapped(head: Uint8Array): { readonly framing: Framing; triedOf(block: Block): Tried } | undefined
  /** Other formats, to name the nearest one when a record fits none. */
  others(grammar: Grammar): readonly Grammar[]
}

/** A grammar of the format given, under the parser's name. */
const formatted = async (format: string, parser: string | undefined): Promise<Grammar> => {
  const { logFormat } = await import('../grammar/log-format.ts')
  const own = logFormat(format)
  const [server] = own.name.split('.')
  if (parser === undefined || !parser.startsWith(`${server}.`) || parser.endsWith('.error'))
    throw new OperationError(
      2,
      `the format is one of ${own.name}, and read in its place: tailrace try ${own.name} --log-format '…'`,
    )
  return logFormat(format, { name: parser })
}

const named = async (options: TryOptions, all: readonly Grammar[]): Promise<Grammar | undefined> => {
  if (options.logFormat !== undefined) return formatted(options.logFormat, options.parser)
  if (options.parser === 'auto' || envelopeNamed(options) !== undefined) return undefined
  const grammar = all.find(({ name }) => name === options.parser)
  if (grammar === undefined)
    throw new OperationError(
      2,
      `there is no parser '${options.parser}': use one of ${[...all, ...containerEnvelopes()].map(({ name }) => name).join(', ')}, or auto`,
    )
  return grammar
}

const envelopeNamed = ({ parser }: TryOptions): Envelope | undefined =>
  containerEnvelopes().find(({ name }) => name === parser)

/** What a person can do where no format was recognised. */
const mendOf = ({ kind }: Recognised, file = 'FILE'): string =>
  kind === 'close'
    ? '. Name the one it is'
    : `. Name a parser, or have a grammar written: tailrace infer ${printable(file)} > parsers/NAME.ts`

/** Decides how `try` reads its input; mistakes are thrown before anything is read. `say` is told what was recognised, and why. */
export const chooseFor = async (
  options: TryOptions,
  say = (text: string): void => void process.stderr.write(`${text}\n`),
): Promise<Choose> => {
  const { loadConfig } = await import('./load.ts')
  const { config } = await loadConfig(options.config === undefined ? {} : { config: options.config }, process.env)
  const { grammars, problems } = await loadFormats()
  const timezone = options.timezone ?? config.timezone
  const pipeline =
    options.pipeline === undefined ? undefined : config.pipelines.find(({ name }) => name === options.pipeline)
  if (options.pipeline !== undefined && pipeline === undefined)
    throw new OperationError(
      2,
      `there is no pipeline '${options.pipeline}': use one of ${config.pipelines.map(({ name }) => name).join(', ')}`,
    )
  // What is not there, or not asked, may be so for a mistake.
  if (pipeline === undefined && (options.parser === 'auto' || grammars.every(({ name }) => name !== options.parser)))
    for (const problem of problems) say(printDiagnostic(problem))
  const grammar =
    pipeline === undefined
      ? await named(options, grammars)
      : pipeline.parsers.length === 1
        ? pipeline.parsers[0]
        : undefined
  if (grammar !== undefined && grammar.problems.length > 0)
    throw new OperationError(2, grammar.problems.map(({ text, mend }) => `${text}. ${mend}.`).join('\n'))
  if (grammars.length === 0) throw new OperationError(2, problems.map(({ text }) => text).join('\n'))
  const stepsFor = (one: Grammar): readonly Transform<never, object>[] =>
    pipeline !== undefined
      ? pipeline.transforms
      : options.enrich
        ? (config.pipelines.find(({ parsers }) => parsers.some(({ name }) => name === one.name))?.transforms ?? [])
        : []
  const opened = new Set<Transform<never, object>>(
    pipeline?.transforms ?? (options.enrich ? config.pipelines.flatMap(({ transforms }) => transforms) : []),
  )
  for (const step of opened) await step.open?.()

  const tried = (chosen: Grammar): Tried => ({
    grammar: chosen,
    transforms: stepsFor(chosen),
    dataset: pipeline?.dataset ?? chosen.name,
    timezone: pipeline?.timezone ?? timezone,
  })
  const choose = (head: Uint8Array): Tried => {
    let chosen = grammar
    if (chosen === undefined) {
      const parsers = pipeline?.parsers ?? grammars
      const found = recognise(head, parsers, options.file)
      if (found.kind !== 'one') throw new OperationError(1, `${found.why}${mendOf(found, options.file)}`)
      chosen = found.grammar
      say(`recognised as ${chosen.name}: ${found.why}`)
    }
    return tried(chosen)
  }
  const wrapped: Choose['wrapped'] = (head) => {
    const detects = options.parser === 'auto' ? containerEnvelopes() : (pipeline?.source.detects ?? [])
    const envelope = envelopeNamed(options) ?? pipeline?.source.envelope ?? envelopeOf(head, detects)
    if (envelope === undefined) return undefined
    const streams = chooseStreams(pipeline?.parsers ?? grammars, envelope, head, {
      parserOf: (stream) => pipeline?.source.parserOf?.(options.file ?? '', stream),
      report: (text) => say(`tailrace: ${text}`),
    })
    if (options.parser === 'auto') say(`recognised as ${envelope.name}: the first lines are envelopes of that form`)
    const readBy = new Map<string, Grammar>()
    const choose = (stream: string, sample: () => Uint8Array): Grammar => {
      const chosen = streams.choose(stream, sample)
      if (readBy.get(stream) !== chosen) say(`${printable(stream)} is read as ${chosen.name}`)
      readBy.set(stream, chosen)
      return chosen
    }
    return {
      framing: framingOfWrapped({ envelope, of: (stream, sample) => choose(stream, sample).framing }),
      triedOf: ({ wrapping }) => tried(streams.readerOf(wrapping?.streams[0] ?? '') ?? grammars[0]!),
    }
  }
  return Object.assign(choose, { wrapped, others: (one: Grammar) => grammars.filter(({ name }) => name !== one.name) })
}
