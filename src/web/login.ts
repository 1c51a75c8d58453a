import { escapeHtml } from '../event/html.ts'
import type { Lang } from '../event/units.ts'
import { htmlDocument } from './html-document.ts'

const words = {
  en: {
    title: 'Tailrace: token',
    ask: 'Token',
    enter: 'Enter',
    wrong: 'That is not the token.',
    why: 'This page is only for those who know the token (TAILRACE_TOKEN).',
  },
  zh: {
    title: 'Tailrace：令牌',
    ask: '令牌',
    enter: '进入',
    wrong: '令牌不正确。',
    why: '只有知道令牌（TAILRACE_TOKEN）的人才能查看此页面。',
  },
} as const

/** Asks for the token. `next`: the path to go to afterwards. */
export const loginPage = (lang: Lang, nonce: string, next: string, wrong: boolean): string => {
  const { title, ask, enter, wrong: no, why } = words[lang]
  return htmlDocument({
    lang,
    nonce,
    title,
    body: `<main class="login"><h1>Tailrace</h1><p>${why}</p>${wrong ? `<p class="problem" role="alert">${no}</p>` : ''}
<form method="post" action="/login"><input type="hidden" name="next" value="${escapeHtml(next)}">
<label for="token">${ask}</label> <input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>${enter}</button></form></main>`,
  })
}
