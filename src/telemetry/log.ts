import { type DestinationStream, type Logger, pino } from 'pino'
import { hideSecrets } from './secrets.ts'

export type { Logger } from 'pino'

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export interface LogOptions {
  readonly level: LogLevel
  readonly output: 'text' | 'json'
  readonly colour: boolean
}

const names: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}
const colours: Readonly<Record<string, number>> = { warn: 33, error: 31, fatal: 31, debug: 90, trace: 90 }

const control = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g
const safe = (value: unknown): string =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined')).replace(
    control,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )

const textLine = (line: string, colour: boolean): string => {
  const { level, time, msg, ...rest } = JSON.parse(line) as { level: number; time: string; msg?: string }
  const name = names[level] ?? String(level)
  const shown = colour && colours[name] !== undefined ? `\u001b[${colours[name]}m${name}\u001b[39m` : name
  const pairs = Object.entries(rest).map(([key, value]) => ` ${key}=${safe(value)}`)
  return `${time} ${shown} ${safe(msg ?? '')}${pairs.join('')}\n`
}

/** Tailrace's own log, to standard error: written at once, so that a crash loses no line of it. */
export const createLog = ({ level, output, colour }: LogOptions): Logger => {
  const destination: DestinationStream = {
    write(given) {
      const line = hideSecrets(given)
      process.stderr.write(output === 'json' ? line : textLine(line, colour))
    },
  }
  return pino({ level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` }, destination)
}
