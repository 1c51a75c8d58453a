import { redactNumbers } from './numbers.ts'

/** What is looked for, what stands in its place (`[redacted:card]`), and whether that happens unless said otherwise. */
export const redactions = {
  password: { on: true, about: 'Values of password, passwd, pwd, pass, passphrase and secret, in text, JSON, headers and URLs; passwords of URLs with a user.' },
  token: { on: true, about: 'Authorization headers and Bearer or Basic credentials; values of token, api_key, access_key, private_key, signature, credential and session keys; JSON web tokens; cookies.' },
  card: { on: true, about: "Payment card numbers: 13 to 19 digits with a card scheme's prefix and a valid Luhn check digit." },
  phone: { on: true, about: 'Chinese mobile numbers, with or without country code, and E.164 numbers with their plus sign.' },
  email: { on: true, about: 'E-mail addresses.' },
  identity: { on: true, about: 'Chinese resident identity numbers with a valid date and check digit.' },
  sql: { on: false, about: 'Strings and numbers of SQL, in mysql.slowlog.query only.' },
} as const satisfies Readonly<Record<string, { readonly on: boolean; readonly about: string }>> // biome-ignore format: a table

export type Redaction = keyof typeof redactions
export type RedactionChoice = Readonly<Partial<Record<Redaction, boolean>>>

export const markOf = (kind: Redaction): string => `[redacted:${kind}]`

/** Names whose values are secret, as they end: `db_password`, `x-api-key`. Short ones only as whole names. */
const passwordNames = 'password|passwd|passphrase|secret|(?<![a-z0-9])(?:pwd|pass|passcode)'
const tokenNames =
  'token|api[_-]?key|access[_-]?key|private[_-]?key|secret[_-]?key|credentials?|signature|session[_-]?id|sessid|' +
  '(?<![a-z0-9])(?:auth|authorization|sid|sign|session|apikey)'
/** After a name: `=`, `:`, `": "`, `%3D`, each with a little space; then a quoted or bare value, or a scheme and one. */
const value = String.raw`(?:\\?["'])?\s{0,4}(?:[=:]|%3[dD]|=>)\s{0,4}(?:(?:bearer|basic|digest|token)\s{1,4})?)`
const held = String.raw`("(?:[^"\\]|\\[\s\S])*|'(?:[^'\\]|\\[\s\S])*|\\"(?:[^"\\]|\\[^"])*|[^\s"'&,;<>()\[\]{}|\\]+)`
const passwords = new RegExp(`((?:${passwordNames})${value}${held}`, 'gi')
const tokens = new RegExp(`((?:${tokenNames})${value}${held}`, 'gi')
const cookies = /((?<![a-z])(?:set-)?cookie["']?\s{0,4}[=:]\s{0,4}["']?)([^"'\r\n]+)/gi
const schemes = /((?<![a-z])(?:bearer|basic)\s{1,4})([a-z0-9+/=._~-]{8,})/gi
const options = /((?<!\S)--?[a-z-]{0,32}(?:password|passwd|secret|token|api-key)\s{1,4})([^\s-]\S*)/gi
const jwt = /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?/g
const userinfo = /(:\/\/[^\s/:@?#"']{0,128}:)([^\s/@?#"']{1,256})(?=@)/g

/** Keeps the opening quote of a quoted value: the closing one was not taken. */
const veil = (mark: string) => (whole: string, before: string, secret: string, at: number, text: string) => {
  if (secret.startsWith('[redacted:') || text.startsWith(' [redacted:', at + whole.length)) return whole
  const quote = /^\\?["']/.exec(secret)?.[0] ?? ''
  return secret.length === quote.length ? whole : `${before}${quote}${mark}`
}

const isLocal = /[A-Za-z0-9._%+-]/
const isDomain = /[A-Za-z0-9.-]/

/** Looks left and right of each `@`: a pattern would start over at every letter. */
const redactEmails = (text: string, mark: string): string => {
  let done = ''
  let from = 0
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let start = at
    while (start > from && at - start < 64 && isLocal.test(text[start - 1]!)) start--
    let end = at + 1
    while (end < text.length && end - at < 255 && isDomain.test(text[end]!)) end++
    while (end > at && /[.-]/.test(text[end - 1]!)) end--
    if (start === at || !/^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}$/.test(text.slice(at + 1, end))) continue
    done += text.slice(from, start) + mark
    from = end
  }
  return from === 0 ? text : done + text.slice(from)
}

const isOn = (choice: RedactionChoice, kind: Redaction): boolean => choice[kind] ?? redactions[kind].on

/**
 * Replaces what should not be shown or kept by marks; text without any comes back as the same string. Takes time
 * linear in the text: every pattern here has one way to match, and bounded repeats where two could meet.
 */
export const redactText = (text: string, choice: RedactionChoice = {}): string => {
  let done = text
  if (isOn(choice, 'token')) {
    const mark = veil(markOf('token'))
    done = done.replace(cookies, mark).replace(tokens, mark).replace(schemes, mark).replace(jwt, markOf('token'))
  }
  if (isOn(choice, 'password')) {
    const mark = veil(markOf('password'))
    done = done.replace(passwords, mark).replace(options, mark)
    if (done.includes('://')) done = done.replace(userinfo, mark)
  }
  if (isOn(choice, 'email') && done.includes('@')) done = redactEmails(done, markOf('email'))
  return redactNumbers(done, (kind) => (isOn(choice, kind) ? markOf(kind) : undefined))
}

/** Whether a member or column of this name holds a secret by its name alone, and of which kind. */
export const secretName = (name: string): 'password' | 'token' | undefined => {
  if (passwordName.test(name)) return 'password'
  return tokenName.test(name) ? 'token' : undefined
}
const passwordName = new RegExp(`(?:${passwordNames})$`, 'i')
const tokenName = new RegExp(`(?:${tokenNames}|cookie)$`, 'i')
