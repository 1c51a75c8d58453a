import { roles } from '../config/roles.ts'
import type {
  ConsoleSettings,
  DeadLetterSettings,
  DigestSettings,
  DuckdbSettings,
  ElasticsearchSettings,
  EmailSettings,
  LimitSettings,
  RetentionSettings,
  WebSettings,
} from '../config/settings.ts'
import { logLevels } from '../telemetry/log.ts'
import type { UserConfig } from './config.ts'

/** What a setting may be. */
export type Shape =
  | { readonly kind: 'text' | 'boolean' }
  /** Text, or `env(…)` for it. */
  | { readonly kind: 'reference' }
  | { readonly kind: 'number'; readonly least: number; readonly most: number }
  | { readonly kind: 'word'; readonly of: readonly string[] }
  | { readonly kind: 'list'; readonly of: Shape }
  /** Members under names of the user's own. */
  | { readonly kind: 'named'; readonly of: Shape }
  /** `off`: or false. */
  | { readonly kind: 'members'; readonly of: Settings; readonly off?: boolean }
  /** What one of several functions made, or an object written out (`literal`); told apart by `kind`. */
  | {
      readonly kind: 'made'
      readonly by: Readonly<Record<string, Settings>>
      readonly literal?: readonly string[]
      /** Or a list of them. */
      readonly several?: true
    }
  /** Definitions, alone or in lists. */
  | { readonly kind: 'defined'; readonly by: 'pipeline' | 'rule' }

export interface Setting {
  readonly about: string
  readonly shape: Shape
  /** As people write it; none where the setting is only there when it is given. */
  readonly fallback?: string
  /** Where what it belongs to is written, it must be too. */
  readonly required?: true
}
export type Settings = Readonly<Record<string, Setting>>

const text: Shape = { kind: 'text' }
const reference: Shape = { kind: 'reference' }
const boolean: Shape = { kind: 'boolean' }
const language: Shape = { kind: 'word', of: ['en', 'zh'] }

const duckdb = {
  path: { about: 'The database file.', shape: text, fallback: 'store/tailrace.duckdb in the data directory' },
  memory: {
    about:
      'Megabytes DuckDB may use while it answers a question; beyond them it uses the disk. While rows come in it uses 80 of them at most.',
    shape: { kind: 'number', least: 16, most: 1 << 20 },
    fallback: '512, on small machines a quarter of what there is',
  },
} as const satisfies Record<keyof Omit<DuckdbSettings, 'kind'>, Setting>

const elasticsearch = {
  nodes: { about: 'Addresses, http(s)://host:port.', shape: { kind: 'list', of: reference } },
  apiKey: { about: 'API key.', shape: reference },
  bearer: { about: 'Bearer token.', shape: reference },
  user: { about: 'User for basic authentication.', shape: reference },
  password: { about: 'Password of that user.', shape: reference },
  ca: { about: 'PEM file of the certificate authority.', shape: reference },
  certificate: { about: 'PEM file of a client certificate.', shape: reference },
  key: { about: 'PEM file of its key.', shape: reference },
  compression: {
    about: 'Whether requests are compressed.',
    shape: { kind: 'word', of: ['auto', 'gzip', 'none'] },
    fallback: 'auto',
  },
  installTemplates: { about: 'False: index templates are somebody else’s business.', shape: boolean, fallback: 'true' },
} as const satisfies Record<keyof Omit<ElasticsearchSettings, 'kind'>, Setting>

const email = {
  url: { about: 'Mail server, smtp://user:password@host:587 or smtps://….', shape: reference },
  from: { about: 'Sender.', shape: reference },
  to: { about: 'Receivers, separated by commas.', shape: reference },
  lang: { about: 'Language of the messages.', shape: language, fallback: 'en' },
} as const satisfies Record<keyof Omit<EmailSettings, 'kind'>, Setting>

const consoleSettings = {
  lang: { about: 'Language of the messages.', shape: language, fallback: 'en' },
} as const satisfies Record<keyof Omit<ConsoleSettings, 'kind'>, Setting>

const digest = {
  at: { about: 'Time of day.', shape: text, fallback: '08:00' },
  timezone: { about: 'Zone of that time and of its day.', shape: text, fallback: 'timezone' },
  to: { about: 'Name of a notifier under notify that sends mail.', shape: text, fallback: 'the first that does' },
  lang: { about: 'Language of the mail.', shape: language, fallback: 'that of the notifier' },
} as const satisfies Record<keyof DigestSettings, Setting>

const retention = {
  dataset: { about: 'The dataset meant; else all that no other entry names.', shape: text },
  age: { about: 'Events older than this go, as 30d.', shape: text },
  size: { about: 'The oldest events go while there is more than this, as 20GiB.', shape: text },
} as const satisfies Record<keyof RetentionSettings, Setting>

const count: Shape = { kind: 'number', least: 1, most: 1_000_000 }
const limits = {
  connections: { about: 'Connections at once.', shape: count, fallback: '500' },
  perAddress: { about: 'Those of one address.', shape: count, fallback: '100' },
  perSecond: { about: 'New ones a second from one address; ten times as many at once.', shape: count, fallback: '50' },
} as const satisfies Record<keyof LimitSettings, Setting>

const role: Setting = {
  about: 'viewer reads, operator also answers alerts and replays, admin does everything, writer only sends records.',
  shape: { kind: 'word', of: roles },
  required: true,
}
const web = {
  host: { about: 'Address it listens on.', shape: text, fallback: '127.0.0.1' },
  port: { about: 'Its port.', shape: { kind: 'number', least: 0, most: 65_535 }, fallback: '7380' },
  token: { about: 'Opens everything. Where there is a token or a user, whoever asks must show one.', shape: reference },
  tokens: {
    about: 'More tokens, by name: of what scrapes or sends.',
    shape: {
      kind: 'named',
      of: { kind: 'members', of: { token: { about: 'What it shows.', shape: reference, required: true }, role } },
    },
  },
  users: {
    about: 'People who come in with a password, by name.',
    shape: {
      kind: 'named',
      of: {
        kind: 'members',
        of: {
          hash: { about: 'Of the password, as `tailrace password` prints it.', shape: reference, required: true },
          role,
        },
      },
    },
  },
  insecure: { about: 'True: it may be open to all beyond loopback.', shape: boolean, fallback: 'false' },
  proxies: {
    about: 'Addresses and networks of proxies that are believed about whom they speak for.',
    shape: { kind: 'list', of: text },
  },
  limits: { about: 'What it bears.', shape: { kind: 'members', of: limits } },
} as const satisfies Record<keyof WebSettings, Setting>

const deadLetters = {
  size: {
    about: 'While dead letters take this much, reading waits rather than drop any, until some are replayed or purged.',
    shape: text,
    fallback: '10GiB',
  },
  age: { about: 'The same while one has waited for longer, as 30d.', shape: text },
} as const satisfies Record<keyof DeadLetterSettings, Setting>

/** Every setting of `tailrace.config.ts`: what it means, its default, what it may be. */
export const settingsSchema = {
  data: { about: 'Data directory.', shape: text, fallback: './data' },
  namespace: { about: 'Namespace part of data streams.', shape: text, fallback: 'default' },
  timezone: { about: 'IANA zone of times that name none.', shape: text, fallback: 'the machine’s' },
  role: { about: 'What this process does.', shape: { kind: 'word', of: ['all', 'ship', 'analyse'] }, fallback: 'all' },
  store: {
    about:
      'Where events go. In a list the first is asked: by commands, rules, digest and page; each of the others is filled by itself, so that none waits for another.',
    shape: { kind: 'made', by: { duckdb, elasticsearch }, several: true },
    fallback: 'duckdb()',
  },
  pipelines: {
    about: 'What is read, and how.',
    shape: { kind: 'defined', by: 'pipeline' },
    fallback: 'the built-in ones',
  },
  rules: { about: 'Rules beside those of the pipelines.', shape: { kind: 'defined', by: 'rule' } },
  web: {
    about: 'The web server; false for none.',
    shape: {
      kind: 'members',
      off: true,
      of: web,
    },
  },
  notify: {
    about: 'Who is told, by name.',
    shape: { kind: 'named', of: { kind: 'made', by: { email, console: consoleSettings }, literal: ['console'] } },
  },
  digest: { about: 'The daily mail; false for none.', shape: { kind: 'members', off: true, of: digest } },
  heartbeat: {
    about:
      'An address that is asked for while this process takes in what comes, reaches its store and judges its rules: what listens there notices when that ends.',
    shape: {
      kind: 'members',
      of: {
        url: { about: 'The address, http(s)://….', shape: reference },
        every: { about: 'How often.', shape: text, fallback: '1m' },
      } satisfies Record<keyof NonNullable<UserConfig['heartbeat']>, Setting>,
    },
  },
  retention: {
    about: 'How long events are kept.',
    shape: { kind: 'list', of: { kind: 'members', of: retention } },
    fallback: '30 days',
  },
  deadLetters: { about: 'Limits of the dead letter queue.', shape: { kind: 'members', of: deadLetters } },
  log: {
    about: 'Tailrace’s own log.',
    shape: {
      kind: 'members',
      of: {
        level: { about: 'From which level on.', shape: { kind: 'word', of: logLevels }, fallback: 'info' },
        output: { about: 'In which form.', shape: { kind: 'word', of: ['text', 'json'] }, fallback: 'text' },
      } satisfies Record<keyof NonNullable<UserConfig['log']>, Setting>,
    },
  },
  memory: {
    about: 'Megabytes for blocks and columns.',
    shape: { kind: 'number', least: 16, most: 4096 },
    fallback: '128',
  },
  grace: { about: 'How long a stop may take.', shape: text, fallback: '30s' },
} as const satisfies Record<keyof UserConfig, Setting>
