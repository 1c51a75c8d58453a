import type { Lang } from '../event/units.ts'

/** The language to answer in: `?lang=` where it names one, else the one `Accept-Language` prefers, else English. */
export const langOf = (asked: string | null, accept: string | undefined): Lang => {
  if (asked === 'zh' || asked === 'en') return asked
  const wishes = (accept ?? '').split(',').map((wish) => {
    const [tag = '', ...parameters] = wish.trim().toLowerCase().split(';')
    const weight = parameters.find((one) => one.trim().startsWith('q='))
    const quality = weight === undefined ? 1 : Number(weight.trim().slice(2))
    return { tag, quality: quality >= 0 && quality <= 1 ? quality : 0 }
  })
  const best = (lang: Lang): number =>
    Math.max(0, ...wishes.filter(({ tag }) => tag === lang || tag.startsWith(`${lang}-`)).map(({ quality }) => quality))
  return best('zh') > best('en') ? 'zh' : 'en'
}
