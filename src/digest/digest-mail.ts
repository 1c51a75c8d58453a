import type { Lang } from '../event/units.ts'
import type { Mail } from '../notify/mail.ts'
import type { Digest } from './digest.ts'
import { renderHtml } from './render-html.ts'
import { renderText } from './render-text.ts'
import { verdictOf } from './verdict.ts'

/** The digest as a mail: the subject is its verdict. */
export const digestMail = (digest: Digest, lang: Lang, id: string): Mail => ({
  id,
  date: digest.madeAt,
  subject: `[Tailrace] ${digest.day.date}${lang === 'zh' ? '：' : ': '}${verdictOf(digest, lang)}`,
  text: renderText(digest, lang),
  html: renderHtml(digest, lang),
})
