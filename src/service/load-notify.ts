import type { DigestSettings, EmailSettings, NotifierSettings } from '../config/settings.ts'
import { isTimezone } from '../config/units.ts'
import type { VariableName } from '../config/variables.ts'
import type { Wrong } from './check-settings.ts'
import type { UserConfig } from './config.ts'

/** `to`: the notifier it is mailed through; without one none is mailed. */
export type DigestRoute = Required<Omit<DigestSettings, 'to'>> & { readonly to?: string }

/** Who is told, by name: the console, what the file names, and mail by the environment, which wins over the file's. */
export const notifiersOf = (
  user: UserConfig,
  variable: (name: VariableName) => string | undefined,
  resolveTexts: <T extends object>(settings: T) => T,
  wrong: Wrong,
): Readonly<Record<string, NotifierSettings>> => {
  const given = Object.fromEntries(
    Object.entries(user.notify ?? {}).map(([name, settings]) => [name, resolveTexts(settings)] as const),
  )
  const [url, from, to] = [
    variable('TAILRACE_SMTP_URL'),
    variable('TAILRACE_MAIL_FROM'),
    variable('TAILRACE_MAIL_TO'),
  ] as const
  const all: Record<string, NotifierSettings> = { console: { kind: 'console' }, ...given }
  if (url !== undefined || from !== undefined || to !== undefined) {
    const file = all['mail']?.kind === 'email' ? all['mail'] : undefined
    all['mail'] = {
      ...file,
      kind: 'email',
      url: url ?? file?.url ?? '',
      from: from ?? file?.from ?? 'tailrace@localhost',
      to: to ?? file?.to ?? '',
    }
    if (all['mail'].url === '') wrong('mail has no server', 'Set TAILRACE_SMTP_URL, as smtp://mail.example:587')
    if (all['mail'].to === '') wrong('mail goes to nobody', 'Set TAILRACE_MAIL_TO to the addresses')
  }
  for (const [name, settings] of Object.entries(all)) {
    // It becomes a directory, and a label.
    if (!/^[a-z0-9][a-z0-9_-]{0,63}$/i.test(name))
      wrong(`notifier name '${name}' is not a word`, 'Use letters, digits, - and _, at most 64', ['notify', name])
    if (settings.kind === 'email') checkMail(name, settings, wrong)
  }
  return all
}

const checkMail = (name: string, { url, from, to }: EmailSettings, wrong: Wrong): void => {
  // A reference to a variable that is not set was told already.
  if ([url, from, to].includes(undefined as unknown as string)) return
  if (url !== '' && !/^smtps?:\/\/[^\s/]+/.test(String(url)))
    wrong(`notify.${name}.url is no address of a mail server`, 'Use smtp://user:password@host:587, or smtps://…', [
      'notify',
      name,
      'url',
    ])
  if (!/@[^\s@]+$|@[^\s@]+>\s*$/.test(String(from)))
    wrong(`notify.${name}.from is '${String(from)}', which is no mail address`, 'Write name@example.com', [
      'notify',
      name,
      'from',
    ])
  if (to !== '' && !String(to).includes('@'))
    wrong(`notify.${name}.to is '${String(to)}', which holds no mail address`, 'Separate addresses by commas', [
      'notify',
      name,
      'to',
    ])
}

export const digestOf = (
  { digest }: UserConfig,
  notify: Readonly<Record<string, NotifierSettings>>,
  timezone: string,
  wrong: Wrong,
): DigestRoute | false => {
  if (digest === false) return false
  const { at = '08:00', timezone: zone = timezone } = digest ?? {}
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(at))
    wrong(`digest.at is '${at}'`, "It takes a time of day, as '08:00'", ['digest', 'at'])
  if (!isTimezone(zone) && zone !== timezone)
    wrong(`time zone '${zone}' of the digest does not exist`, "Use an IANA name, as 'Asia/Shanghai' or 'UTC'", [
      'digest',
      'timezone',
    ])
  const to = digest?.to ?? Object.keys(notify).find((name) => notify[name]!.kind === 'email')
  const route = to === undefined ? undefined : notify[to]
  if (to !== undefined && route?.kind !== 'email')
    wrong(`the digest goes to '${to}', which sends no mail`, 'Name a notifier of kind email under `notify`', [
      'digest',
      'to',
    ])
  const lang = digest?.lang ?? route?.lang ?? 'en'
  return { at, timezone: isTimezone(zone) ? zone : 'UTC', lang, ...(to === undefined ? {} : { to }) }
}
