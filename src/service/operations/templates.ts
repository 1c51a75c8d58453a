import type { Context } from '../context.ts'
import type { Answer } from '../control.ts'
import { openTemplateLog } from '../template-log.ts'
import { parseTime } from './time-range.ts'

export interface TemplatesAsked {
  readonly since?: string
  readonly until?: string
  readonly dataset?: readonly string[]
}

/** What the ids in `log.template.id` stand for, those first seen last first. */
export async function* templates({ config }: Context, asked: TemplatesAsked): Answer {
  const now = Date.now()
  const timeOf = (text: string | undefined, otherwise: number): number =>
    text === undefined ? otherwise : parseTime(text, now, config.timezone)
  const since = timeOf(asked.since, Number.NEGATIVE_INFINITY)
  const until = timeOf(asked.until, Number.POSITIVE_INFINITY)
  const log = await openTemplateLog(config.data, () => undefined, { readOnly: true })
  const found = [...log.templates()].filter(
    ({ dataset, first }) => first >= since && first < until && (asked.dataset?.includes(dataset) ?? true),
  )
  for (const { id, dataset, first, text, into } of found.sort((a, b) => b.first - a.first))
    yield { id, dataset, first_seen: new Date(first).toISOString(), text, ...(into === undefined ? {} : { into }) }
}
