import type { SiteMark } from '../event/diagnostic.ts'
import type { FieldName, FieldTable, FieldType, Held, NameOf, VendorName } from '../event/field.ts'
import type { FormField, Op } from './form.ts'

/** Shown by the compiler in place of a type it could not accept. */
export interface GrammarError<Message extends string> {
  readonly 'grammar error': Message
}

declare const required: unique symbol
declare const optional: unique symbol

/**
 * A piece of a layout: a capture, a line, lines. `R` are the fields it always yields, `O` those it may yield; both
 * exist for inference only.
 */
export interface Part<out R = unknown, out O = unknown> {
  readonly ops: readonly Op[]
  readonly fields: readonly FormField[]
  /** What is wrong with it, found when it was written down. */
  readonly problems: readonly PartProblem[]
  readonly [required]?: R
  readonly [optional]?: O
}
/** A part that is one capture, which modifiers (`or`, `escaped`, …) take. */
export interface Capture<out R = unknown, out O = unknown> extends Part<R, O> {
  readonly capture: true
}
export interface PartProblem {
  readonly site: SiteMark
  readonly text: string
  readonly mend: string
}

/** What an event holds under `N`, read as type `T`. */
export type HeldAs<N extends string, T extends FieldType> = N extends FieldName
  ? FieldTable[N] extends { readonly list: true }
    ? readonly Held[T][]
    : Held[T]
  : Held[T]
/** Field `N` of type `T`, as an object type. */
export type Yields<N extends string, T extends FieldType> = { readonly [K in N]: HeldAs<N, T> }

/** `unknown` where a capture that reads a `T` may carry the name; else the sentence that says why not. */
export type Fits<N extends string, T extends FieldType> = N extends FieldName
  ? FieldTable[N]['type'] extends T
    ? unknown
    : GrammarError<`'${N}' is of type ${FieldTable[N]['type']}; this reads ${T}`>
  : N extends VendorName
    ? unknown
    : GrammarError<`'${N}' is no field: take one of the field table or a name under a vendor's, as app. or labels.`>
/** Offers the names of the table to editors, takes any. */
export type Offered<T extends FieldType> = NameOf<T> | (string & {})

export type Show<T> = { readonly [K in keyof T]: T[K] } & {}
export type RequiredOf<P> = P extends Part<infer R, unknown> ? (unknown extends R ? object : R) : object
export type OptionalOf<P> = P extends Part<unknown, infer O> ? (unknown extends O ? object : O) : object
type NamesOf<P> = keyof RequiredOf<P> | keyof OptionalOf<P>

type AllRequired<C extends readonly unknown[]> = C extends readonly [infer H, ...infer T]
  ? RequiredOf<H> & AllRequired<T>
  : object
type AllOptional<C extends readonly unknown[]> = C extends readonly [infer H, ...infer T]
  ? OptionalOf<H> & AllOptional<T>
  : object
type Repeated<C extends readonly unknown[], Seen = never> = C extends readonly [infer H, ...infer T]
  ? Extract<NamesOf<H>, Seen> extends never
    ? Repeated<T, Seen | NamesOf<H>>
    : Extract<NamesOf<H>, Seen>
  : never

/** Parts one after another. */
export type Sequence<C extends readonly unknown[]> = [Repeated<C>] extends [never]
  ? Part<Show<AllRequired<C>>, Show<AllOptional<C>>>
  : GrammarError<`'${Repeated<C> & string}' is captured twice`>

export type Maybe<P> = Part<object, Show<RequiredOf<P> & OptionalOf<P>>>

type Common<C extends readonly unknown[]> = C extends readonly [infer H]
  ? keyof RequiredOf<H>
  : C extends readonly [infer H, ...infer T]
    ? keyof RequiredOf<H> & Common<T>
    : never
/** One of several parts: what all yield is sure. */
export type Choice<C extends readonly unknown[]> = Part<
  Show<Pick<RequiredOf<C[0]>, Common<C> & keyof RequiredOf<C[0]>>>,
  Show<Omit<AllRequired<C> & AllOptional<C>, Common<C>>>
>

/** An event of the fields `R` and perhaps `O`. */
export type EventOf<R, O> = Show<R & { readonly [K in keyof O as K extends keyof R ? never : K]?: O[K] }>
