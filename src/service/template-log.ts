import { join } from 'node:path'
import { openJournal } from '../durable/journal.ts'
import type { TemplateRecord } from '../mine/template-book.ts'
import type { Kept } from '../transform/transform.ts'

/** The side table of `log.template.id`, in the data directory. */
export interface TemplateLog extends Kept {
  close(): Promise<void>
}

type Written = TemplateRecord | { readonly all: readonly TemplateRecord[] }

const directoryOf = (data: string): string => join(data, 'state', 'templates')

/**
 * What a template is now is one record, written at once and synced soon after. Nothing waits for it: a full disk or a power cut
 * loses what was learned last, and the messages that follow teach it again, under the same id where they are the same.
 */
export const openTemplateLog = async (
  data: string,
  report: (text: string) => void,
  { readOnly = false } = {},
): Promise<TemplateLog> => {
  const known = new Map<string, TemplateRecord>()
  const take = (record: TemplateRecord): void => {
    const key = `${record.dataset}\n${record.id}`
    if (record.gone === true) known.delete(key)
    else known.set(key, record)
  }
  let fails = false
  const journal = await openJournal(directoryOf(data), {
    apply(record) {
      const read = record as Written
      if ('all' in read) for (const one of read.all) take(one)
      else take(read)
    },
    snapshot: () => ({ all: [...known.values()] }),
    report,
    readOnly,
  })
  return {
    templates: () => known.values(),
    keepTemplate(record) {
      // What is opened meanwhile is to know it too.
      take(record)
      journal.append(record).then(
        () => {
          fails = false
        },
        (error: unknown) => {
          if (!fails)
            report(
              `templates that were learned cannot be kept: ${String(error)}; they are learned again after a restart`,
            )
          fails = true
        },
      )
    },
    close: () => journal.close(),
  }
}

/** For those who may come to need it. */
export const templateLogOf =
  (data: string, report: (text: string) => void): (() => Promise<TemplateLog>) =>
  () =>
    openTemplateLog(data, report)
