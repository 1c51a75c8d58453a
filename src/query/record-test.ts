import type { Scalar } from '../event/column.ts'
import type { Query } from './tree.ts'
import { createValueTest } from './value-test.ts'

/** Whether a record matches that is no row: `read` gives the value of a field, undefined where there is none. */
export type RecordTest = (read: (field: string) => Scalar | undefined) => boolean

/** Compiles a query for records that are no columns, a few thousand at most. Fields have one value, and no members. */
export const toRecordTest = (query: Query): RecordTest => {
  switch (query.kind) {
    case 'all':
      return () => true
    case 'none':
      return () => false
    case 'and': {
      const tests = query.of.map(toRecordTest)
      return (read) => tests.every((test) => test(read))
    }
    case 'or': {
      const tests = query.of.map(toRecordTest)
      return (read) => tests.some((test) => test(read))
    }
    case 'not': {
      const test = toRecordTest(query.of)
      return (read) => !test(read)
    }
    default: {
      const { scalar } = createValueTest(query)
      return (read) => {
        const value = read(query.field)
        return value !== undefined && scalar(value)
      }
    }
  }
}
