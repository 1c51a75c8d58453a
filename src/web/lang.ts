import type { Lang } from '../event/units.ts'

/** The language to answer in: `?lang=` where it names one, else the one `Accept-Language` prefers, else English. */
export const langOf = (asked: string | null, accept: string | undefined): Lang => {
  if (asked === 'zh' || asked === 'en') return asked
  const wishes = (accept ?? '').split(',').map((wish) => {
    const [tag = '', ...parameters] = wish.trim().toLowerCase().split(';')
    const quality = parameters
      .map((one) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(one)?.[1])
      .find((one) => one !== undefined)
    return { tag, quality: quality === undefined ? 1 : Number(quality) }
  })
  const best = (lang: Lang): number =>
    Math.max(0, ...wishes.filter(({ tag }) => tag === lang || tag.startsWith(`${lang}-`)).map(({ quality }) => quality))
  return best('zh') > best('en') ? 'zh' : 'en'
}
