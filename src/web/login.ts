import type { Access, Refusal } from '../access/access.ts'
import { escapeHtml } from '../event/html.ts'
import type { Lang } from '../event/units.ts'
import { htmlDocument } from './html-document.ts'

const words = {
  en: {
    title: 'Tailrace: log in',
    token: 'Token',
    user: 'Name',
    password: 'Password',
    orToken: 'Without a name the password is taken for a token.',
    enter: 'Enter',
    wrong: 'That was not right.',
    limited: (seconds: number) => `Too many were wrong. Try again in ${seconds} s.`,
    whyToken: 'This page is only for those who know the token (TAILRACE_TOKEN).',
    whyUser: 'This page is only for those who have a name here.',
  },
  zh: {
    title: 'Tailrace：登录',
    token: '令牌',
    user: '用户名',
    password: '密码',
    orToken: '用户名留空时，密码视为令牌。',
    enter: '进入',
    wrong: '输入不正确。',
    limited: (seconds: number) => `错误次数过多，请在 ${seconds} 秒后重试。`,
    whyToken: '只有知道令牌（TAILRACE_TOKEN）的人才能查看此页面。',
    whyUser: '只有在此登记的用户才能查看此页面。',
  },
} as const

export interface LoginPage extends Refusal {
  readonly lang: Lang
  readonly nonce: string
  /** The path to go to afterwards. */
  readonly next: string
  readonly access: Pick<Access, 'hasUsers' | 'hasTokens'>
}

/** Asks who it is. */
export const loginPage = ({ lang, nonce, next, refused, wait, access }: LoginPage): string => {
  const text = words[lang]
  const problem = refused === 'unsaid' ? undefined : wait > 0 ? text.limited(wait) : text.wrong
  const fields = access.hasUsers
    ? `<label for="user">${text.user}</label> <input id="user" name="user" autocomplete="username" autocapitalize="none" spellcheck="false"${access.hasTokens ? '' : ' required'} autofocus>
<label for="password">${text.password}</label> <input id="password" name="password" type="password" autocomplete="current-password" required>`
    : `<label for="token">${text.token}</label> <input id="token" name="token" type="password" autocomplete="current-password" required autofocus>`
  const hint = access.hasUsers && access.hasTokens ? `<p class="sub">${text.orToken}</p>` : ''
  return htmlDocument({
    lang,
    nonce,
    title: text.title,
    body: `<main class="login"><h1>Tailrace</h1><p>${access.hasUsers ? text.whyUser : text.whyToken}</p>${problem === undefined ? '' : `<p class="problem" role="alert">${problem}</p>`}
<form method="post" action="/login"><input type="hidden" name="next" value="${escapeHtml(next)}">
${fields}
<button>${text.enter}</button></form>${hint}</main>`,
  })
}
