import { type Batch, kill, outcome } from '../event/batch.ts'
import { absent } from '../event/column.ts'
import { type Diagnostic, diagnose, markSite } from '../event/diagnostic.ts'
import { type Field, type FieldName, type FieldTable, type FieldType, fieldOf, type Held } from '../event/field.ts'
import { openRows, type Row } from '../event/row.ts'
import { shorten } from '../event/shorten.ts'
import { eachWithinTime } from '../grammar/within-time.ts'
import { codedOf, columnFrom } from './coded.ts'
import type { FieldsOf } from './declare.ts'
import { checkName, checkType } from './field-name.ts'
import { expectedOf, isNative, scalarOf } from './scalar.ts'
import type { Transform } from './transform.ts'

type Computable = Exclude<FieldType, 'flattened'>
type HeldAs<N, T extends FieldType> = N extends FieldName ? Held[FieldTable[N]['type']] : Held[T]
/** What a function returns: values of the fields it declares, or of some. */
type Computed<T extends Readonly<Record<string, Computable>>> = {
  readonly [N in keyof T]?: HeldAs<N, T[N]> | (HeldAs<N, T[N]> extends string ? Date : never) | undefined
}

export interface ComputeOptions<N extends string> {
  /** Fields that the function reads: a pipeline that yields none of them is refused, and the row is typed by them. */
  readonly needs?: readonly N[]
}

const longest = 200
/** Milliseconds of processor time that a function may take for a record. */
const functionTime = 500

/** What a function returned for a field, as text; undefined where it is no value of the type. */
const textOf = (value: unknown, type: FieldType): string | undefined => {
  if (value instanceof Date) return type === 'date' && !Number.isNaN(value.getTime()) ? value.toISOString() : undefined
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined
  return isNative(value, type) && scalarOf(String(value), type) !== undefined ? String(value) : undefined
}

const said = (value: unknown): string => {
  try {
    return shorten(value instanceof Error ? value.message : String(value), longest)
  } catch {
    return 'something that has no text'
  }
}

/**
 * Fields by a function of one's own, a row at a time:
 * `compute({ 'app.total': 'double' }, (row) => ({ 'app.total': row['app.price'] * row['app.count'] }), { needs: ['app.price', 'app.count'] })`.
 * The row's fields are read when they are asked for, and only until the function returns. What it leaves out stays as it was. A
 * function that throws, or returns what it does not declare, makes the record a dead letter (`user_function_failed`,
 * `bad_value`) and stops nothing else. One that takes the processor longer than half a second for a record is stopped
 * (`user_function_timeout`), wherever it is, and may be asked once more before: it should change nothing outside. What it waits
 * for outside of JavaScript (files, other programs) is not stopped. It has to answer at once: a promise is no answer.
 */
export const compute = <const T extends Readonly<Record<string, Computable>>, const N extends string = never>(
  types: T,
  by: (row: FieldsOf<N> & Row) => Computed<T> | undefined,
  { needs = [] }: ComputeOptions<N> = {},
): Transform<FieldsOf<N>, FieldsOf<Extract<keyof T, string>>> => {
  const site = markSite(compute)
  const declared = Object.entries(types)
  const problems: Diagnostic[] = declared.flatMap(([name, type]) => {
    if (!Object.hasOwn(expectedOf, type) || (type as FieldType) === 'flattened')
      return [
        diagnose(
          site,
          `compute knows no type called ${type}`,
          'Choose among keyword, text, long, double, boolean, date, ip',
        ),
      ]
    if (fieldOf(name)?.list === true)
      return [diagnose(site, `compute: '${name}' holds several values`, 'Compute a field that holds one')]
    return [...checkName('compute', name, site), ...checkType('compute', name, type, site)]
  })
  if (declared.length === 0)
    problems.push(
      diagnose(site, 'compute declares no field', "Name what the function returns: { 'app.total': 'double' }"),
    )
  const names = new Set(Object.keys(types))

  /** The values for a row, or undefined where it was killed or there are none. */
  const ask = (batch: Batch, row: Row, i: number): Readonly<Record<string, unknown>> | undefined => {
    const refuse = (reason: string): undefined => {
      kill(batch, i, { stage: 'transform', code: 'user_function_failed', reason })
      return undefined
    }
    let values: unknown
    try {
      values = by(row as FieldsOf<N> & Row)
    } catch (error) {
      return refuse(said(error))
    }
    if (values === undefined || values === null) return undefined
    if (typeof values !== 'object' || Array.isArray(values)) return refuse(`it returned ${said(values)}, and no fields`)
    if (typeof (values as { then?: unknown }).then === 'function') {
      // Nobody waits for it, so nobody else would hear of its failure.
      void Promise.resolve(values).catch(() => undefined)
      return refuse('it returned a promise')
    }
    const unknown = Object.keys(values).find((name) => !names.has(name))
    return unknown === undefined
      ? { ...values }
      : refuse(`it returned '${shorten(unknown, longest)}', which it does not declare`)
  }

  const copyOf = (batch: Batch, codes: Uint32Array | undefined): Uint32Array => {
    const copy = batch.scratch.u32(batch.count)
    if (codes === undefined) copy.fill(absent)
    else copy.set(codes)
    return copy
  }

  return Object.freeze({
    name: 'compute',
    needs,
    adds: Object.fromEntries(
      declared.map(([name, type]): [string, Field] => [
        name,
        fieldOf(name) ?? { type, about: 'Computed by a pipeline.' },
      ]),
    ),
    problems,
    apply(batch: Batch) {
      const filled = declared.map(([name, type]) => {
        const before = batch.columns.get(name)
        const coded = before === undefined ? undefined : codedOf(batch, before)
        const texts = [...(coded?.texts ?? [])]
        return {
          name,
          type: type as FieldType,
          codes: copyOf(batch, coded?.codes),
          before: coded?.codes,
          texts,
          known: new Map(texts.map((text, code) => [text, code])),
          isSet: false,
        }
      })
      const outcomes = batch.outcome.slice()
      const rows = openRows(batch)
      const computed = (i: number): void => {
        if (batch.outcome[i] !== outcome.live) return
        const values = ask(batch, rows.at(i), i)
        if (values === undefined) return
        for (const field of filled) {
          const value = values[field.name]
          if (value === undefined || value === null) continue
          const text = textOf(value, field.type)
          if (text === undefined) {
            const found = shorten(said(value), 64)
            kill(batch, i, {
              stage: 'transform',
              code: 'bad_value',
              field: field.name,
              expected: expectedOf[field.type],
              found,
            })
            return
          }
          let code = field.known.get(text)
          if (code === undefined) {
            code = field.texts.push(text) - 1
            field.known.set(text, code)
          }
          field.codes[i] = code
          field.isSet = true
        }
      }
      try {
        eachWithinTime({
          count: batch.count,
          most: () => functionTime,
          work: computed,
          late: (i) => {
            const reason = `it gave no answer within ${functionTime} ms of the processor's time`
            kill(batch, i, { stage: 'transform', code: 'user_function_timeout', reason })
          },
          undo(i) {
            if (outcomes[i] !== outcome.live) return
            batch.outcome[i] = outcome.live
            batch.failures.delete(i)
            for (const { codes, before } of filled) codes[i] = before?.[i] ?? absent
          },
        })
      } finally {
        rows.close()
      }
      for (const { name, type, codes, texts, isSet } of filled)
        if (isSet) batch.columns.set(name, columnFrom(batch, { codes, texts }, type).column)
    },
  })
}
