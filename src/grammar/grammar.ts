import type { Batch } from '../event/batch.ts'
import { type Diagnostic, diagnose, markSite, type SiteMark } from '../event/diagnostic.ts'
import { byLine, type Framing } from '../event/framing.ts'
import type { Reader, ReadOptions } from '../event/reader.ts'
import type { Derived, DerivedFields } from './derive.ts'
import type { Form } from './form.ts'
import type { EventOf, OptionalOf, Part, RequiredOf } from './part.ts'

/** Why a record does not fit, for a person. */
export interface Explanation {
  /** Byte of the record's text, from 0. */
  readonly at: number
  readonly code: string
  readonly expected: string
  readonly found: string
  readonly field?: string
  /** The alternative that came furthest, where there are several. */
  readonly alternative?: string
}
export interface PrintOptions {
  /** Zone that times are printed in; default `UTC`. */
  readonly timezone?: string
}

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
}

export const define = <F>(spec: Define): Grammar<F> => {
  const problems: readonly Diagnostic[] = [diagnose(spec.site, 'not yet', 'wait')]
  const form: Form = { version: 1, fields: [], multiline: false, alternatives: [] }
  return Object.freeze({
    name: spec.name,
    schema: new Map(),
    framing: spec.framing ?? byLine(),
    samples: spec.samples,
    form,
    problems,
    moreGeneralThan: spec.moreGeneralThan ?? [],
    read: () => {
      throw new Error('not yet')
    },
    explain: () => undefined,
    print: () => undefined,
  })
}

/** A format of one layout. `line` takes `record(…)` as well. */
export const grammar = <const P extends Part, const D extends Readonly<Record<string, Derived>> = Record<never, never>>(
  spec: GrammarSpec<P, D>,
): Grammar<EventOf<RequiredOf<P>, OptionalOf<P> & DerivedFields<D>>> => {
  const { line, derive, ...common } = spec
  return define({ ...common, site: markSite(grammar), parts: [{ name: spec.name, part: line, derive: derive ?? {} }] })
}
