import { type Batch, release } from '../event/batch.ts'
import { type Diagnostic, diagnose, siteOf } from '../event/diagnostic.ts'
import type { ReadOptions } from '../event/reader.ts'
import type { Op } from './form.ts'
import type { Grammar } from './grammar.ts'
import { interpreter } from './interpret.ts'
import { areTwins, isClaimed } from './recognise.ts'
import { blockOf } from './text-block.ts'

const options = (name: string): ReadOptions => ({ dataset: name, timezone: 'UTC', now: Date.now() })

const withBatch = <T>(grammar: Grammar, records: readonly string[], of: (batch: Batch) => T): T => {
  const batch = grammar.read(blockOf(records), options(grammar.name))
  try {
    return of(batch)
  } finally {
    release(batch)
  }
}

/** Samples of `of` that `by` reads. */
const claims = (by: Grammar, of: Grammar): readonly string[] =>
  withBatch(by, of.samples, (batch) => of.samples.filter((_, i) => isClaimed(by, batch, i)))

const placeOf = ({ site }: Grammar): string => {
  const place = siteOf(site)
  return place === undefined ? '' : ` (${place.file}:${place.line}:${place.column})`
}

const short = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)

/** Each list of operations with one of its choices made: the choice's place, and what is left. */
const choices = (
  ops: readonly Op[],
  where: string,
): readonly { readonly where: string; readonly ops: readonly Op[] }[] =>
  ops.flatMap((op, i) => {
    const put = (made: readonly Op[]): readonly Op[] => [...ops.slice(0, i), ...made, ...ops.slice(i + 1)]
    if (op.op === 'either') {
      return op.branches.flatMap((branch, k) => {
        const inner = `${where}, branch ${k + 1} of either`
        return [
          { where: inner, ops: put(branch) },
          ...choices(branch, inner).map((one) => ({ where: one.where, ops: put(one.ops) })),
        ]
      })
    }
    if (op.op === 'uncoloured')
      return choices(op.ops, where).map((one) => ({ where: one.where, ops: put([{ op: 'uncoloured', ops: one.ops }]) }))
    if (op.op === 'optional' || op.op === 'whole' || op.op === 'csv')
      return choices(op.ops, where).map((one) => ({
        where: one.where,
        ops: put(op.op === 'csv' ? [{ ...op, ops: one.ops }] : one.ops),
      }))
    return []
  })

/** Alternatives and branches that no sample fits. */
const unexercised = (grammar: Grammar): readonly string[] => {
  const { form, schema, samples } = grammar
  const all = form.alternatives.flatMap((alternative) => [
    ...(form.alternatives.length > 1 ? [{ where: alternative.name, alternative }] : []),
    ...choices(alternative.ops, alternative.name).map(({ where, ops }) => ({
      where,
      alternative: { ...alternative, ops },
    })),
  ])
  return all
    .filter(({ alternative }) => {
      const batch = interpreter({ ...form, alternatives: [alternative] }, schema)(
        blockOf(samples),
        options(grammar.name),
      )
      const none = batch.failures.size === samples.length
      release(batch)
      return none
    })
    .map(({ where }) => where)
}

/**
 * Samples are law: each is read by its grammar, each alternative by one of them, and none by another grammar unless
 * one says it is more general or a twin. Also the mistakes of each definition.
 */
export const checkGrammars = (grammars: readonly Grammar[]): readonly Diagnostic[] => {
  const found: Diagnostic[] = grammars.flatMap(({ problems }) => problems)
  const sound = grammars.filter(({ problems }) => problems.length === 0)
  const names = new Set<string>()
  for (const { name, site } of grammars) {
    if (names.has(name)) found.push(diagnose(site, `Two grammars are called ${name}`, 'Rename one'))
    names.add(name)
  }
  for (const grammar of sound) {
    for (const sample of grammar.samples) {
      const why = grammar.explain(sample)
      if (why === undefined) continue
      found.push(
        diagnose(
          grammar.site,
          `${grammar.name}: the sample ${short(sample)} does not fit: ${why.code} at byte ${why.at}, expected ${why.expected}, found ${short(why.found)}`,
          'Mend the layout or the sample',
        ),
      )
    }
    for (const name of unexercised(grammar)) {
      found.push(
        diagnose(grammar.site, `${grammar.name}: no sample fits ${name}`, 'Add one, or leave the alternative out'),
      )
    }
  }
  for (const by of sound) {
    for (const of of sound) {
      if (by === of || by.anyText === true || by.moreGeneralThan.includes(of.name) || areTwins(by, of)) continue
      const [sample] = claims(by.toldBy ?? by, of.toldBy ?? of)
      if (sample === undefined) continue
      found.push(
        diagnose(
          by.site,
          `${by.name} also reads the sample ${short(sample)} of ${of.name}${placeOf(of)}`,
          `Make one stricter, or give ${by.name} moreGeneralThan: ['${of.name}'], or twinOf: '${of.name}'`,
        ),
      )
    }
  }
  return found
}
