import type { Rule } from '../alert/rule.ts'
import { type Diagnostic, diagnose, markSite } from '../event/diagnostic.ts'
import type { Envelope } from '../event/envelope.ts'
import { type Field, type FieldName, fields } from '../event/field.ts'
import { provenanceFields } from '../event/provenance.ts'
import type { Grammar } from '../grammar/grammar.ts'
import type { Source } from '../source/source.ts'
import type { Transform } from '../transform/transform.ts'

/** Source → parser → transforms, and the rules about what they yield. Frozen data; `run` brings it to life. */
export interface Pipeline {
  readonly name: string
  readonly source: Source
  /** One, or several of which a file's first lines choose. */
  readonly parsers: readonly Grammar[]
  /** The parsers are all there are: known once the configuration is loaded. */
  readonly recognises?: true
  /** Instead of the parser's name; two JSON applications should not share one. */
  readonly dataset?: string
  /** For times without a zone; else the configuration's. */
  readonly timezone?: string
  readonly transforms: readonly Transform<never, object>[]
  readonly rules: readonly Rule[]
  readonly problems: readonly Diagnostic[]
}

export interface PipelineOptions {
  readonly dataset?: string
  readonly timezone?: string
}

type Named<F> = Extract<keyof F, string>
/** Shown by the compiler in place of a step it cannot accept. */
interface StepError<Message extends string> {
  readonly 'pipeline error': Message
}
type Accepts<F, N> = [N] extends [never]
  ? unknown
  : Named<N> extends Named<F> | (typeof provenanceFields)[number]
    ? unknown
    : StepError<`this step needs '${Exclude<Named<N>, Named<F>>}', which nothing before it yields`>

/** `F`: what an event may hold at this point. */
export interface Steps<F> extends Pipeline {
  through<N, A extends object>(step: Transform<N, A> & Accepts<F, N>): Steps<F & A>
  watched(...rules: readonly Rule[]): Steps<F>
}

/** The envelopes a source's lines may come in. */
export const envelopesOf = ({ envelope, detects = [] }: Source): readonly Envelope[] =>
  envelope === undefined ? detects : [envelope, ...detects]

const lacking = (pipeline: Pipeline, step: Transform<never, object>): readonly string[] => {
  if (pipeline.recognises === true) return []
  const held = new Set<string>([
    ...provenanceFields,
    ...envelopesOf(pipeline.source).flatMap(({ schema }) => [...schema.keys()]),
  ])
  for (const parser of pipeline.parsers) for (const name of parser.schema.keys()) held.add(name)
  for (const before of pipeline.transforms) for (const name of Object.keys(before.adds)) held.add(name)
  return step.needs.filter((name) => !held.has(name))
}

// biome-ignore lint/complexity/noBannedTypes: captureStackTrace takes any function
const withStep = (pipeline: Pipeline, step: Transform<never, object>, below: Function): Pipeline => ({
  ...pipeline,
  transforms: [...pipeline.transforms, step],
  problems: [
    ...pipeline.problems,
    ...(step.problems ?? []),
    ...(step.needs.length > 0 && lacking(pipeline, step).length === step.needs.length
      ? [
          diagnose(
            markSite(below),
            `pipeline '${pipeline.name}': step '${step.name}' needs ${step.needs.map((name) => `'${name}'`).join(' or ')}, which nothing before it yields`,
            'Move it behind the step that adds the field, or take it out',
          ),
        ]
      : []),
  ],
})

const steps = <F>(pipeline: Pipeline): Steps<F> => {
  const through = (step: Transform<never, object>) => steps(withStep(pipeline, step, through))
  return Object.freeze({
    ...pipeline,
    through: through as Steps<F>['through'],
    watched: (...rules: readonly Rule[]) => steps<F>({ ...pipeline, rules: [...pipeline.rules, ...rules] }),
  })
}

type Yielded<G extends readonly Grammar[]> = G[number] extends infer One
  ? One extends Grammar<infer F>
    ? F
    : never
  : never
type Every<U> = (U extends unknown ? (given: U) => void : never) extends (given: infer I) => void ? I : never

const namesNothing = (name: unknown): readonly Diagnostic[] =>
  typeof name === 'string' && name !== ''
    ? []
    : [diagnose(markSite(pipeline), 'the pipeline has no name', "Give it first: pipeline('nginx', …)")]

/** `pipeline('nginx').from(follow({…})).parse(nginxAccess).through(geoip())` */
export const pipeline = (name: string, options: PipelineOptions = {}) => {
  const nameless = namesNothing(name)
  return {
    from: (source: Source) => ({
      /** Several parsers: each file's first lines choose one. */
      parse: <const G extends readonly [Grammar, ...Grammar[]]>(...parsers: G): Steps<Every<Yielded<G>>> =>
        steps({
          name,
          source,
          parsers,
          ...options,
          transforms: [],
          rules: [],
          problems: [...nameless, ...(source.problems ?? []), ...parsers.flatMap(({ problems }) => problems)],
        }),
      /** Every parser there is: what a file or stream says chooses one. */
      recognise: (): Steps<Readonly<Record<FieldName, unknown>>> =>
        steps({
          name,
          source,
          parsers: [],
          recognises: true,
          ...options,
          transforms: [],
          rules: [],
          problems: [...nameless, ...(source.problems ?? [])],
        }),
    }),
  }
}

/** What steps make of the fields of a record. */
const applySteps = (schema: Map<string, Field>, transforms: Pipeline['transforms']): Map<string, Field> => {
  for (const step of transforms) {
    for (const name of step.removes ?? []) schema.delete(name)
    for (const [name, field] of Object.entries(step.adds)) {
      if (field.alias === undefined) schema.set(name, field)
      else {
        const itself = schema.get(field.alias)
        // Of several parsers one may not have it, or may still have a field of the old name.
        if (itself !== undefined && itself.alias === undefined && itself.type !== 'flattened' && !schema.has(name))
          schema.set(name, { ...itself, about: field.about, alias: field.alias })
      }
    }
  }
  return schema
}

/** What a parser and the pipeline's transforms make of a record, without what is around it. */
export const yieldedBy = (parser: Grammar, { transforms }: Pick<Pipeline, 'transforms'>): Map<string, Field> =>
  applySteps(new Map(parser.schema), transforms)

/** Every dataset a pipeline can yield, with the fields its documents may hold. */
export const datasetsOf = ({
  parsers,
  dataset,
  transforms,
  source,
}: Pipeline): ReadonlyMap<string, ReadonlyMap<string, Field>> =>
  new Map(
    parsers.map((parser) => {
      const schema = new Map<string, Field>(provenanceFields.map((name) => [name, fields[name]]))
      for (const { schema: around } of envelopesOf(source)) for (const [name, field] of around) schema.set(name, field)
      for (const [name, field] of parser.schema) schema.set(name, field)
      return [dataset ?? parser.name, applySteps(schema, transforms)]
    }),
  )
