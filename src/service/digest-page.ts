import { escapeHtml } from '../event/html.ts'
import { printable } from '../event/printable.ts'
import type { DigestPageAsked, WebAnswer } from '../web/server.ts'
import { OperationError } from './control.ts'
import type { Digests } from './digests.ts'

const refusal = (status: number, text: string): WebAnswer => ({
  status,
  html: `<!doctype html><html lang="en"><meta charset="utf-8"><title>Tailrace</title><p>${escapeHtml(printable(text))}</p></html>`,
})

/** `/digest`: what there is so far today, or the day that `date` names. */
export const digestPage = async (
  digests: Digests,
  { date = 'today', lang }: DigestPageAsked,
  signal: AbortSignal,
): Promise<WebAnswer> => {
  try {
    const { digest, lang: written } = await digests.make(
      { date, ...(lang === undefined ? {} : { lang: lang as 'en' }) },
      signal,
    )
    const { renderHtml } = await import('../digest/render-html.ts')
    return { status: 200, html: renderHtml(digest, written) }
  } catch (error) {
    if (error instanceof OperationError && error.status === 2) return refusal(400, error.message)
    const text = error instanceof Error ? error.message : String(error)
    return refusal(503, `The digest cannot be made now: ${text}`)
  }
}
