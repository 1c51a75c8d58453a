import { encode, sharedTable } from './encode.ts'
import type { DelimitedOp, Form, FormAlternative, JsonMember, JsonOp, KeyValuesOp, Op, TakeOp } from './form.ts'
import { signsOf } from './json-signs.ts'
import { openingOf } from './opening.ts'
import { expectedOf, quoted, type Read, readOf, wordsOf } from './read-of.ts'
import { spanText } from './read-text.ts'
import type { Runnable } from './run-alternatives.ts'
import { runAnyOrder, runEither, runOptional } from './run-choice.ts'
import { runCsv, runCsvParts } from './run-csv.ts'
import { delimitedStep } from './run-delimited.ts'
import { extractStep } from './run-extract.ts'
import { runFar, runTwice } from './run-far.ts'
import { headerLinesStep } from './run-header-lines.ts'
import { jsonStep } from './run-json.ts'
import { keyValuesStep } from './run-key-values.ts'
import { runPairs } from './run-pairs.ts'
import { runRegex } from './run-regex.ts'
import { runsOfSelf } from './run-self.ts'
import { traceStep } from './run-trace.ts'
import { runUncoloured } from './run-uncoloured.ts'
import { type SlotOf, slotsOf } from './slots-of.ts'
import { isBlank, type Step, stepOf } from './step.ts'
import {
  begun,
  other,
  runBlanks,
  runLiteral,
  runNewline,
  runQuoted,
  runRest,
  runSelf,
  runUntil,
  runWhole,
  runWord,
  whole,
} from './take.ts'
import type { Member, MembersSpec } from './take-members.ts'

/** Blanks and tabs around the value are none of it. */
const trimmed =
  (span: Step['span']): Step['span'] =>
  (m, s, from, to) => {
    let first = from
    let last = to
    while (last > first && isBlank(m.bytes[last - 1])) last--
    while (first < last && isBlank(m.bytes[first])) first++
    return span(m, s, first, last)
  }

/** A list whose end can be looked for as that of a text: no separator holds what it ends at. */
const endsAsText = ({ value, stops, orEnd }: TakeOp): boolean =>
  value.as === 'list' && stops.length === 1 && !orEnd && value.separators.every((text) => !text.includes(stops[0]![0]!))

const runOf = (take: TakeOp): Step['run'] => {
  if (take.extent === 'rest') return runRest
  if (take.twice === true) return runTwice
  if (take.extent === 'quoted') return runQuoted
  if (take.extent === 'csv') return runCsv
  // Escaped text cannot be read in place, whatever it is.
  if (take.extent === 'self' && take.escape === undefined) return runSelf
  if (take.value.as === 'word' && take.close === undefined) return runWord
  const hasMore =
    take.extent === 'through' ||
    (take.value.as === 'list' && !endsAsText(take)) ||
    take.close !== undefined ||
    take.lastBefore !== undefined ||
    take.ahead !== undefined ||
    (take.escape === undefined ? take.never !== undefined : take.orEnd || take.stops.length !== 1)
  return hasMore ? runFar : runUntil
}

const escapeNumbers = { hex: 1, json: 2, any: 3, hash: 4 } as const
/** Where a value ends. */
const stopsOf = (
  op: { readonly stops: readonly string[]; readonly orEnd: boolean },
  others: readonly number[] = [],
) => {
  const stops = op.stops.map(encode)
  const stopAt = new Uint8Array(256)
  for (const b of others) stopAt[b] = other
  for (const stop of stops) stopAt[stop[0]!] ||= begun
  for (const stop of stops) if (stop.length === 1) stopAt[stop[0]!] = whole
  return { stops, stopAt: sharedTable(stopAt), orEnd: op.orEnd }
}

/** First bytes of what else than stops has to be looked at on the way to where the value ends. */
const othersOf = ({ never, escape: how }: TakeOp, run: Step['run'], { words = [] }: Read): readonly number[] => {
  if (run === runWord) return [...encode(' \t')]
  if (run !== runFar && run !== runTwice) return []
  return [...words, encode(never ?? ''), encode(how === undefined ? '' : '\\')].flatMap((text) => [
    ...text.subarray(0, 1),
  ])
}

const takeStep = (take: TakeOp, slotOf: SlotOf, literal?: string, behind?: Op): Step => {
  const slot = take.field === undefined ? -1 : slotOf(take.field, take.again)
  const expected = expectedOf(take.value)
  const how = take.escape === undefined ? 0 : escapeNumbers[take.escape]
  // Escaped separators do not divide a list: its elements are decoded, not the whole.
  const inElements = take.value.as === 'list' && take.escape === 'hash'
  const read = readOf(take.value, slotOf, expected, take.field, slot, inElements ? how : 0)
  const run = (take.absent === undefined && runOf(take) === runSelf && runsOfSelf.get(read.self)) || runOf(take)
  return stepOf({
    ...stopsOf(take, othersOf(take, run, read)),
    ...read,
    ...(take.trim === true ? { span: trimmed(read.span) } : {}),
    // Where it ends at blanks there are none in it.
    ...(run === runWord && how === 0 ? { span: spanText } : {}),
    run,
    slot,
    text: encode((take.close ?? '') + (literal ?? '')),
    absent: take.absent?.map(encode),
    escape: inElements ? 0 : how,
    never: encode(take.never ?? ''),
    bar: take.never === undefined ? -1 : encode(take.never)[0]!,
    before: encode(take.lastBefore ?? ''),
    close: take.close === undefined ? undefined : encode(take.close),
    through: take.extent === 'through',
    ...(take.ahead === undefined ? {} : { ahead: stepsOf(take.ahead, () => -1) }),
    expected,
    expectedText:
      literal !== undefined
        ? quoted(literal)
        : take.stops.length > 0
          ? take.stops.map(quoted).join(' or ')
          : 'the end of the line',
    field: take.field,
    next:
      take.extent === 'until' && behind?.op === 'take' && behind.value.as === 'time' && behind.escape === undefined
        ? takeStep(behind, () => -1)
        : undefined,
  })
}

const memberOf = ({ field, keys, value, required, there, octets }: JsonMember, slotOf: SlotOf): Member => {
  const list = value.as === 'list'
  const one = list ? value.of : value
  const slot = slotOf(field)
  const expected = expectedOf(one)
  return {
    field,
    step: stepOf({ ...readOf(one, slotOf, expected, field, slot), slot, expected, field }),
    names: keys,
    list,
    required,
    there: there === true,
    octets: octets === true,
    text: one.as === 'text',
    long: one.as === 'long',
    touched: slot < 0 ? new Int32Array(0) : Int32Array.of(slot),
  }
}

const membersOf = (
  { members, lines, undeclared }: JsonOp | KeyValuesOp | DelimitedOp,
  slotOf: SlotOf,
): MembersSpec => ({
  declared: members,
  members: members.map((member) => memberOf(member, slotOf)),
  lineKeys: lines.map(({ key }) => key),
  lines: lines.map(({ ops }) => ({
    steps: stepsOf(ops, slotOf),
    touched: slotsOf(ops, slotOf),
    whole: ops.length === 1 && ops[0]!.op === 'trace' && ops[0]!.members !== undefined,
    parted: JSON.stringify(ops).includes('"op":"newline"'),
  })),
  undeclared: undeclared === 'json' ? slotOf('json') : -1,
})

/** A field is missed by the name of the member it is read from. */
const needsOf = ({ needs, members }: JsonOp, slotOf: SlotOf): Pick<MembersSpec, 'needs'> =>
  needs === undefined
    ? {}
    : {
        needs: {
          slot: slotOf(needs.field),
          by: Object.entries(needs.by).map(([text, fields]) => ({
            text: encode(text),
            needed: fields.map((field) => ({
              field,
              slot: slotOf(field),
              name: members.find((member) => member.field === field)?.keys[0] ?? field,
            })),
          })),
        },
      }

const otherStep = (op: Exclude<Op, TakeOp>, slotOf: SlotOf): Step => {
  switch (op.op) {
    case 'literal':
      return stepOf({ run: runLiteral, text: encode(op.text), expectedText: quoted(op.text) })
    case 'newline':
      return stepOf({ run: runNewline })
    case 'blanks':
      return stepOf({ run: runBlanks, expectedText: 'blanks' })
    case 'optional':
      return stepOf({
        run: runOptional,
        inner: stepsOf(op.ops, slotOf),
        touched: slotsOf(op.ops, slotOf),
        ...(op.ops[0]?.op === 'literal' ? { text: encode(op.ops[0].text), expectedText: quoted(op.ops[0].text) } : {}),
      })
    case 'either':
      return stepOf({
        run: runEither,
        branches: op.branches.map((branch) => stepsOf(branch, slotOf)),
        branchTouched: op.branches.map((branch) => slotsOf(branch, slotOf)),
        openings: op.branches.map(openingOf),
      })
    case 'any_order':
      return stepOf({
        run: runAnyOrder,
        branches: op.parts.map((part) => stepsOf(part.ops, slotOf)),
        branchTouched: op.parts.map((part) => slotsOf(part.ops, slotOf)),
        number: op.parts.reduce((bits, part, i) => (part.needed ? bits | (1 << i) : bits), 0),
      })
    case 'whole':
      return stepOf({ run: runWhole, branches: [stepsOf(op.ops, slotOf)], inner: [takeStep(op.take, slotOf)] })
    case 'pairs':
      return stepOf({
        run: runPairs,
        text: encode(op.separator),
        ...wordsOf(op.members.map(({ name }) => name)),
        inner: op.members.map(({ take }) => takeStep(take, slotOf)),
        expectedText: `a name and ${quoted(op.separator)}`,
      })
    case 'header_lines':
      return headerLinesStep(
        op,
        wordsOf(op.members.map(({ name }) => name)),
        op.members.map(({ take }) => takeStep(take, slotOf)),
        op.members.map(({ take }) => slotsOf([take], slotOf)),
        { texts: op.texts.map(({ field }) => slotOf(field)), others: slotOf(op.others) },
      )
    case 'trace':
      return traceStep(op, {
        field: op.field === undefined ? -1 : slotOf(op.field),
        trace: slotOf(op.trace),
        type: slotOf(op.type),
        reason: slotOf(op.reason),
      })
    case 'csv':
      return stepOf({
        ...stopsOf(op),
        run: runCsvParts,
        inner: stepsOf(op.ops, slotOf),
        expected: 'a field',
        expectedText: op.stops.length > 0 ? op.stops.map(quoted).join(' or ') : 'the end of the line',
      })
    case 'regex': {
      return stepOf({
        run: runRegex,
        pattern: new RegExp(`(?:${op.source})$`, 'dy'),
        names: op.groups.map(({ name }) => name),
        inner: op.groups.map(({ take }) => takeStep(take, slotOf)),
        ...stopsOf(op),
        expected: `text that fits ${op.source}`,
        expectedText: op.stops.length > 0 ? op.stops.map(quoted).join(' or ') : 'the end of the line',
      })
    }
    case 'extract':
      return extractStep(
        op,
        op.captures.map(({ take }) => takeStep(take, slotOf)),
      )
    case 'json':
      return jsonStep({ ...membersOf(op, slotOf), ...needsOf(op, slotOf) }, op)
    case 'key_values':
      return keyValuesStep(op, membersOf(op, slotOf), op.text === undefined ? -1 : slotOf(op.text))
    case 'delimited':
      return delimitedStep(op, membersOf(op, slotOf))
    case 'uncoloured':
      return stepOf({ run: runUncoloured, inner: stepsOf(op.ops, slotOf) })
  }
}

interface Planned {
  readonly op: Op
  readonly literal?: string
  readonly behind?: Op | undefined
}

/** What is one step: a literal right behind a capture becomes the capture's own, one step less to walk. */
const planOf = (ops: readonly Op[]): readonly Planned[] => {
  const plan: Planned[] = []
  for (let i = 0; i < ops.length; i++) {
    const op = ops[i]!
    const next = ops[i + 1]
    if (op.op === 'take' && next?.op === 'literal' && op.extent !== 'rest') {
      plan.push({ op, literal: next.text, behind: ops[i + 2] })
      i++
    } else plan.push({ op })
  }
  return plan
}
const plannedStep = ({ op, literal, behind }: Planned, slotOf: SlotOf): Step =>
  op.op === 'take' ? takeStep(op, slotOf, literal, behind) : otherStep(op, slotOf)

export const stepsOf = (ops: readonly Op[], slotOf: SlotOf): readonly Step[] =>
  planOf(ops).map((planned) => plannedStep(planned, slotOf))

export interface Assembled extends Runnable {
  readonly touched: Int32Array
}

export const assemble = (alternative: FormAlternative, slotOf: SlotOf): Assembled => {
  const derived = alternative.derive.map(({ to }) => slotOf(to))
  const plan = planOf(alternative.ops)
  return {
    name: alternative.name,
    steps: plan.map((planned) => plannedStep(planned, slotOf)),
    keys: plan.map((planned) => JSON.stringify(planned)),
    fills: plan.map(({ op }) => slotsOf([op], slotOf)),
    touched: Int32Array.from(new Set([...slotsOf(alternative.ops, slotOf), ...derived])),
    opening: openingOf(alternative.ops),
    signs: signsOf(alternative.ops),
  }
}

/** Whether reading needs a bound of time. */
export const usesRegex = (form: Form): boolean =>
  /"op":"(?:regex|extract)"/.test(JSON.stringify(form.alternatives.map(({ ops }) => ops)))
