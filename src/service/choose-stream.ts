import type { Envelope } from '../event/envelope.ts'
import type { Grammar } from '../grammar/grammar.ts'
import { recognise } from '../grammar/recognise.ts'
import { payloadOf } from '../source/envelope/payload.ts'

/** Which parser reads each stream of a file of envelopes. */
export interface ChooseStream {
  choose(stream: string, sample: () => Uint8Array): Grammar
  /** As `choose` said last; undefined: never asked. */
  readerOf(stream: string): Grammar | undefined
}

export interface ChooseStreamOptions {
  /** The parser somebody named for the stream. */
  readonly parserOf: (stream: string) => string | undefined
  readonly report: (text: string) => void
}

/** A verdict on fewer lines than this is not final: the first line of a program is often not of its log. */
const sure = 8
/** So much of what a stream said last is kept while its format is not known. */
const keptBytes = 8192

interface State {
  grammar: Grammar
  final: boolean
  named: string | undefined
  recent: Buffer
}

const linesIn = (text: Buffer): number => {
  let lines = 0
  for (let at = text.indexOf(10); at !== -1; at = text.indexOf(10, at + 1)) lines++
  return lines
}

/** The last `keptBytes`, from a line's start. */
const latest = (text: Buffer): Buffer => {
  if (text.length <= keptBytes) return text
  const tail = text.subarray(text.length - keptBytes)
  const feed = tail.indexOf(10)
  return Buffer.from(feed === -1 ? tail : tail.subarray(feed + 1))
}

/**
 * A parser that is named counts; else what the stream said in the file's first bytes tells, else what it says as it
 * goes on. Text that is of no format is read by the parser for any text, where there is one, and looked at again.
 */
export const chooseStreams = (
  parsers: readonly Grammar[],
  envelope: Envelope,
  head: Uint8Array,
  { parserOf, report }: ChooseStreamOptions,
): ChooseStream => {
  const states = new Map<string, State>()
  const only = parsers.length === 1 ? parsers[0] : undefined
  const otherwise = parsers.find(({ anyText }) => anyText === true)

  const nameOf = (stream: string): { readonly named: string | undefined; readonly grammar: Grammar | undefined } => {
    const named = parserOf(stream)
    return { named, grammar: parsers.find(({ name }) => name === named) }
  }
  const judge = (state: State, stream: string, text: Buffer): void => {
    const found = recognise(text, parsers)
    const isSure = linesIn(text) >= sure
    if (found.kind === 'one') state.grammar = found.grammar
    else state.grammar = otherwise ?? parsers[0]!
    state.final = isSure && (found.kind === 'one' || otherwise === undefined)
    state.recent = state.final ? Buffer.alloc(0) : latest(text)
    if (state.final && found.kind !== 'one')
      report(`${stream}: ${found.why}. Name its parser by the label tailrace.parser or in \`parsers\`, or write one`)
  }

  return {
    choose(stream, sample) {
      if (only !== undefined) return only
      const { named, grammar } = nameOf(stream)
      let state = states.get(stream)
      if (named !== undefined) {
        if (named !== state?.named && grammar === undefined)
          report(`${stream}: its parser is to be '${named}', which there is not; its lines tell it instead`)
        if (grammar !== undefined) {
          states.set(stream, { grammar, final: false, named, recent: Buffer.alloc(0) })
          return grammar
        }
      }
      if (state === undefined) {
        state = { grammar: otherwise ?? parsers[0]!, final: false, named, recent: Buffer.alloc(0) }
        states.set(stream, state)
        const first = payloadOf(envelope, head, stream)
        judge(state, stream, first.length > 0 ? first : payloadOf(envelope, sample(), stream))
        return state.grammar
      }
      state.named = named
      if (!state.final) judge(state, stream, Buffer.concat([state.recent, payloadOf(envelope, sample(), stream)]))
      return state.grammar
    },
    readerOf: (stream) => states.get(stream)?.grammar,
  }
}
