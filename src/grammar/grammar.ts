import type { Batch } from '../event/batch.ts'
import type { Block } from '../event/block.ts'
import { type Diagnostic, markSite, printDiagnostic, type SiteMark } from '../event/diagnostic.ts'
import { byLine, type Framing } from '../event/framing.ts'
import type { Reader, ReadOptions } from '../event/reader.ts'
import { build } from './build.ts'
import type { Derived, DerivedFields } from './derive.ts'
import { type Explanation, explain } from './explain.ts'
import type { Form } from './form.ts'
import { interpreter } from './interpret.ts'
import type { EventOf, OptionalOf, Part, RequiredOf } from './part.ts'
import { type PrintOptions, print } from './print.ts'

/** A format: reads records into columns, and knows everything else about it. */
export interface Grammar<out F = unknown> extends Reader {
  readonly title?: string
  /** Where the format is documented. */
  readonly url?: string
  readonly samples: readonly string[]
  readonly form: Form
  /** Mistakes in the definition; a grammar that has any must not be used. */
  readonly problems: readonly Diagnostic[]
  /** Grammars whose samples this one may also read; they are preferred to it. */
  readonly moreGeneralThan: readonly string[]
  /** A grammar that reads the same lines. */
  readonly twinOf?: string
  /** Words of a file's path that tell it from its twins, beside the first of its name. */
  readonly pathWords: readonly string[]
  /** Fields that tell the format: records without them are read, but no sign that a file is of it. */
  readonly tells: readonly string[]
  /** Of one that reads what other programs write into the same file too: the part that is its own, and tells the format. */
  readonly toldBy?: Grammar
  /** It reads any text: no sign of a format, but what takes the text that no other grammar claims. */
  readonly anyText?: true
  /** Where it is defined. */
  readonly site: SiteMark
  /** Undefined: it fits. */
  explain(record: string | Uint8Array, options?: Partial<ReadOptions>): Explanation | undefined
  /** The record as it was logged; undefined where the format cannot be printed, or this row cannot. */
  print(batch: Batch, row: number, options?: PrintOptions): string | undefined
  /** For inference only. */
  readonly event?: F
}
/** The event a grammar yields. */
export type Infer<G> = G extends Grammar<infer F> ? F : never

export interface GrammarSpec<P = Part, D = Readonly<Record<string, Derived>>> {
  /** `product.log`; also the dataset. */
  readonly name: string
  readonly title?: string
  readonly url?: string
  /** The layout of a record of one line; `record(…)` for several lines goes here too. */
  readonly line: P
  /** Records as the program writes them: each must fit, each alternative must be among them. */
  readonly samples: readonly string[]
  /** How lines become records; default: every line is one. */
  readonly framing?: Framing
  readonly derive?: D
  readonly moreGeneralThan?: readonly string[]
  readonly twinOf?: string
  readonly pathWords?: readonly string[]
  readonly tells?: readonly string[]
  readonly anyText?: true
}

/** What `grammar`, `json` and `oneOf` have in common. */
export interface Define extends Omit<GrammarSpec, 'line' | 'derive'> {
  readonly site: SiteMark
  readonly parts: readonly {
    readonly name: string
    readonly part: Part
    readonly derive: Readonly<Record<string, Derived>>
  }[]
  readonly of?: readonly Grammar[]
  readonly undecidedFraming?: boolean
  readonly toldBy?: Grammar
}

/** Puts a definition together. Mistakes are in `problems`; such a grammar reads nothing. */
export const define = <F>(spec: Define): Grammar<F> => {
  const { form, schema, problems } = build(spec)
  const framing = spec.framing ?? byLine()
  let reading: ReturnType<typeof interpreter> | undefined
  // Made at the first use: a program that loads fifty formats uses three.
  const read = (block: Block, options: ReadOptions): Batch => {
    if (problems.length > 0)
      throw new Error(`the grammar ${spec.name} has mistakes: ${problems.map(printDiagnostic).join(' ')}`)
    reading ??= interpreter(form, schema)
    return reading(block, options)
  }
  return Object.freeze({
    name: spec.name,
    ...(spec.title === undefined ? {} : { title: spec.title }),
    ...(spec.url === undefined ? {} : { url: spec.url }),
    schema,
    framing,
    samples: spec.samples,
    form,
    problems,
    moreGeneralThan: spec.moreGeneralThan ?? [],
    ...(spec.twinOf === undefined ? {} : { twinOf: spec.twinOf }),
    pathWords: spec.pathWords ?? [],
    tells: spec.tells ?? [],
    ...(spec.toldBy === undefined ? {} : { toldBy: spec.toldBy }),
    ...(spec.anyText === undefined ? {} : { anyText: spec.anyText }),
    site: spec.site,
    read,
    explain: (record: string | Uint8Array, options: Partial<ReadOptions> = {}) =>
      explain(read, record, { dataset: spec.name, timezone: 'UTC', now: Date.now(), explaining: true, ...options }),
    print: (batch: Batch, row: number, options: PrintOptions = {}) => print(form, batch, row, options),
  })
}

/** A format of one layout. `line` takes `record(…)` as well. */
export const grammar = <const P extends Part, const D extends Readonly<Record<string, Derived>> = Record<never, never>>(
  spec: GrammarSpec<P, D>,
): Grammar<EventOf<RequiredOf<P>, OptionalOf<P> & DerivedFields<D>>> => {
  const { line, derive, ...common } = spec
  return define({ ...common, site: markSite(grammar), parts: [{ name: spec.name, part: line, derive: derive ?? {} }] })
}
