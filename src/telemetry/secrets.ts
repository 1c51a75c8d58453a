/** What a name means: values under it are never shown. */
const secretName = /password|secret|token|apikey|bearer|^hash$|^key$/i
export const isSecretName = (name: string): boolean => secretName.test(name)

export const mask = '********'

/** Shorter ones are no secrets, and would be found within ordinary words. */
const shortest = 6

/** Of the whole process: it has one configuration, and whatever it writes goes by here. Longest first. */
let known: readonly string[] = []

const base64 = (text: string): string => Buffer.from(text).toString('base64')

const learn = (...values: readonly string[]): void => {
  const all = new Set(known)
  for (const value of values) {
    if (value.length < shortest) continue
    // As it stands, in an address, and in JSON.
    for (const form of [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]) all.add(form)
  }
  known = [...all].sort((a, b) => b.length - a.length)
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** From now on it is hidden in everything that is written. */
const learnSecret = (value: string): void => learn(value, base64(value))

/** Hides the credentials of an address, `smtp://user:password@host`, in whatever form they may come back. */
const learnAddress = (text: string): void => {
  const [, user = '', password = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^:/@\s]*):([^/\s]*)@/i.exec(text) ?? []
  if (password === '') return
  const [name, plain] = [decoded(user), decoded(password)]
  learn(password, plain, base64(plain), base64(`${name}:${plain}`), base64(`\u0000${name}\u0000${plain}`))
}

/** Learns every secret in a configuration, by the names of its members. */
export const learnSecrets = (settings: unknown, name = ''): void => {
  if (typeof settings === 'string') {
    if (isSecretName(name) && name !== 'key') learnSecret(settings)
    learnAddress(settings)
  } else if (Array.isArray(settings)) for (const one of settings) learnSecrets(one, name)
  else if (typeof settings === 'object' && settings !== null && Object.getPrototypeOf(settings) === Object.prototype)
    for (const [inner, value] of Object.entries(settings)) learnSecrets(value, inner)
}

/** The text without any secret that was learned, and without the credentials of any address in it. */
export const hideSecrets = (text: string): string =>
  known
    .reduce((shown, secret) => (shown.includes(secret) ? shown.replaceAll(secret, mask) : shown), text)
    .replace(/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@'"<>:]*:[^\s/@'"<>]+@/gi, `$1${mask}@`)
