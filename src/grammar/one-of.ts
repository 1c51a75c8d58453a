import { markSite } from '../event/diagnostic.ts'
import { define, type Grammar, type GrammarSpec } from './grammar.ts'

type FieldsOf<G> = G extends Grammar<infer F> ? F : never
export interface OneOfSpec
  extends Partial<
    Pick<GrammarSpec, 'title' | 'url' | 'samples' | 'framing' | 'moreGeneralThan' | 'twinOf' | 'pathWords' | 'tells'>
  > {
  readonly name: string
  /**
   * The one of them that is this format; the others read what other programs write into the same files. Only records it
   * reads are a sign that a file is of the format, and only its samples are held against other grammars.
   */
  readonly toldBy?: Grammar
}

/**
 * The first of several grammars that fits. A failure tells of the one that came furthest. Samples, and the framing where
 * all agree, are taken over. Grammars need not have samples of their own beside those here.
 */
export const oneOf = <const G extends readonly [Grammar<unknown>, ...Grammar<unknown>[]]>(
  spec: string | OneOfSpec,
  ...of: G
): Grammar<FieldsOf<G[number]>> => {
  const { name, samples, framing, ...rest } = typeof spec === 'string' ? ({ name: spec } as OneOfSpec) : spec
  const framings = new Set(of.map((one) => one.framing))
  const [only] = framings
  return define({
    ...rest,
    name,
    site: markSite(oneOf),
    samples: [...(samples ?? []), ...of.flatMap((one) => one.samples)],
    ...(framing === undefined ? (only!.joins ? { framing: only! } : {}) : { framing }),
    parts: [],
    of,
    ...(framing === undefined && framings.size > 1 && of.some((one) => one.framing.joins)
      ? { undecidedFraming: true }
      : {}),
  })
}
