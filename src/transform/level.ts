import type { Batch } from '../event/batch.ts'
import { declare, type FieldsOf } from './declare.ts'
import { mapText } from './map-text.ts'
import type { Transform } from './transform.ts'

/** Names and numbers that programs use, by the level they mean: syslog's severities (RFC 5424), and `trace` below. */
export const levelWords = {
  trace: ['trace', 'verbose', 'silly', 'finest', 'finer', 'trc', 't', 'v'],
  debug: ['debug', 'debug1', 'debug2', 'debug3', 'debug4', 'debug5', 'fine', 'config', 'dbg', 'd'],
  info: ['info', 'information', 'informational', 'inf', 'log', 'system', 'http', 'i'],
  notice: ['notice', 'note', 'success', 'n'],
  warn: ['warn', 'warning', 'wrn', 'w'],
  error: ['error', 'err', 'severe', 'failure', 'eror', 'e'],
  critical: ['critical', 'crit', 'fatal', 'ftl', 'dpanic', 'c', 'f'],
  alert: ['alert', 'a'],
  emergency: ['emergency', 'emerg', 'panic'],
} as const
export type Level = keyof typeof levelWords

const syslog: readonly Level[] = ['emergency', 'alert', 'critical', 'error', 'warn', 'notice', 'info', 'debug']
const pino: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error', 'critical']
const python: readonly Level[] = ['debug', 'info', 'warn', 'error', 'critical']

const levels = new Map<string, Level>()
for (const [level, words] of Object.entries(levelWords)) for (const word of words) levels.set(word, level as Level)

export interface LevelOptions {
  /**
   * What tens mean: `pino` (and bunyan: 10 trace … 60 fatal), the default, or `python` (10 debug … 50 critical).
   * 0 to 7 are syslog's.
   */
  readonly numbers?: 'pino' | 'python'
}

/** The level a word or number means, if it is one; case, brackets and spaces around it do not matter. */
const levelOf = (text: string, numbers: 'pino' | 'python' = 'pino'): Level | undefined => {
  const word = text.replace(/^[\s[<(]+|[\s\]>):]+$/g, '').toLowerCase()
  if (!/^\d{1,2}$/.test(word)) return levels.get(word)
  const number = Number(word)
  if (number < 10) return syslog[number]
  return number % 10 === 0 ? (numbers === 'pino' ? pino : python)[number / 10 - 1] : undefined
}

/** Makes `log.level` one of trace, debug, info, notice, warn, error, critical, alert, emergency; other words stay. */
export const level = ({
  numbers = 'pino',
}: LevelOptions = {}): Transform<FieldsOf<'log.level'>, FieldsOf<'log.level'>> =>
  Object.freeze({
    name: 'level',
    needs: ['log.level'],
    adds: declare('log.level'),
    apply(batch: Batch) {
      const column = batch.columns.get('log.level')
      // No level is longer than 24 bytes with all its brackets; what is, is left alone unread.
      const skips = (_: Uint8Array, start: number, end: number): boolean => end - start > 24
      const map = (text: string): string => (text.length > 24 ? text : (levelOf(text, numbers) ?? text))
      if (column !== undefined) batch.columns.set('log.level', mapText(batch, column, { map, skips }))
    },
  })
