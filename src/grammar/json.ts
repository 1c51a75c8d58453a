import { markSite } from '../event/diagnostic.ts'
import type { Derived, DerivedFields } from './derive.ts'
import { type Define, define, type Grammar } from './grammar.ts'
import {
  type Checked,
  type LineFields,
  type Members,
  type MembersSpec,
  membersPart,
  type OptionalMembers,
  type RequiredMembers,
} from './members.ts'
import type { EventOf, Part, Show } from './part.ts'

type Undeclared = { readonly json: Readonly<Record<string, unknown>> }

export interface JsonSpec<M, L, D> extends Omit<Define, 'parts' | 'derive' | 'site'>, MembersSpec<M, L> {
  readonly derive?: D
}

/** A JSON object a record. */
export const json = <
  const M extends Members,
  const L extends Readonly<Record<string, Part>> = Record<never, never>,
  const D extends Readonly<Record<string, Derived>> = Record<never, never>,
>(
  spec: Omit<JsonSpec<M, L, D>, 'members'> & { readonly members: M & Checked<M> },
): Grammar<EventOf<RequiredMembers<M>, Show<OptionalMembers<M> & LineFields<L> & DerivedFields<D> & Undeclared>>> => {
  const { members, lines, undeclared, needs, nested, derive = {}, ...common } = spec
  const site = markSite(json)
  const { fields, problems, ...of } = membersPart(site, {
    members,
    ...(lines === undefined ? {} : { lines }),
    ...(undeclared === undefined ? {} : { undeclared }),
    ...(needs === undefined ? {} : { needs }),
    ...(nested === undefined ? {} : { nested }),
  })
  const part: Part = { ops: [{ op: 'json', ...of }], fields, problems }
  return define({ ...common, site, parts: [{ name: spec.name, part, derive }] })
}

/** A JSON object to the end of the line, behind what else stands in it. */
export const jsonObject = <
  const M extends Members,
  const L extends Readonly<Record<string, Part>> = Record<never, never>,
>(
  spec: Omit<MembersSpec<M, L>, 'members'> & { readonly members: M & Checked<M> },
): Part<Show<RequiredMembers<M>>, Show<OptionalMembers<M> & LineFields<L> & Undeclared>> => {
  const { fields, problems, ...of } = membersPart(markSite(jsonObject), spec as never)
  return { ops: [{ op: 'json', ...of, inLine: true }], fields, problems }
}
