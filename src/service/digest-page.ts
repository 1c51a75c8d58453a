import { escapeHtml } from '../event/html.ts'
import { printable } from '../event/printable.ts'
import type { PageAnswer, PageRequest } from '../web/server.ts'
import { OperationError } from './control.ts'
import type { Digests } from './digests.ts'

const refusal = (status: number, text: string): PageAnswer => ({
  status,
  html: `<!doctype html><html lang="en"><meta charset="utf-8"><title>Tailrace</title><p>${escapeHtml(printable(text))}</p></html>`,
})

/** `/digest`: what there is so far today, or the day that `?date=2026-11-22` names. Undefined: the service is starting. */
export const digestPage = async (
  digests: Digests | undefined,
  { query, lang, signal }: PageRequest,
): Promise<PageAnswer> => {
  if (digests === undefined) return refusal(503, 'The service is starting; ask again in a moment')
  try {
    const asked = { date: query.get('date') ?? 'today', lang: (query.get('lang') ?? lang) as typeof lang }
    const { digest, lang: written } = await digests.make(asked, signal)
    const { renderHtml } = await import('../digest/render-html.ts')
    return { html: renderHtml(digest, written), styledInside: true }
  } catch (error) {
    if (error instanceof OperationError && error.status === 2) return refusal(400, error.message)
    const text = error instanceof Error ? error.message : String(error)
    return refusal(503, `The digest cannot be made now: ${text}`)
  }
}
