import { isReference } from '../config/env.ts'
import { nearest } from '../query/nearest.ts'
import type { UserConfig } from './config.ts'
import { type Settings, type Shape, settingsSchema } from './settings-schema.ts'

/** A mistake in a setting, by where it stands. */
export interface Mistake {
  readonly path: readonly (string | number)[]
  readonly text: string
  readonly mend: string
}

export type Path = Mistake['path']
/** Tells a mistake; `path`: the setting that is meant, shown where it stands in the file, if it is from there. */
export type Wrong = (text: string, mend: string, path?: Path) => void

type Found = Mistake[]
type Members = Readonly<Record<string, unknown>>

const nameOf = (path: Path): string =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  )

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const shown = (value: unknown): string => {
  if (typeof value === 'string') return `'${value}'`
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** What may be written there, as a person would say it. */
export const takes = (shape: Shape): string => {
  switch (shape.kind) {
    case 'text':
      return 'text'
    case 'reference':
      return "text, or env('NAME')"
    case 'boolean':
      return 'true or false'
    case 'number':
      return `a number from ${shape.least} to ${shape.most}`
    case 'word':
      return shape.of.map((word) => `'${word}'`).join(', ')
    case 'list':
      return 'a list: [ … ]'
    case 'named':
    case 'members':
      return `an object: { … }${shape.kind === 'members' && shape.off === true ? ', or false' : ''}`
    case 'made':
      return Object.keys(shape.by)
        .map((name) => (shape.literal?.includes(name) === true ? `{ kind: '${name}' }` : `${name}({ … })`))
        .join(' or ')
        .concat(shape.several === true ? ', or a list of them' : '')
    case 'defined':
      return `what ${shape.by}(…) makes, in a list`
  }
}

const marks = { pipeline: ['source', 'parsers', 'transforms'], rule: ['kind', 'name', 'problems'] } as const

/** The members of `value` that are as they should be. */
const soundMembers = (value: Members, settings: Settings, path: Path, found: Found): Members => {
  const sound: Record<string, unknown> = {}
  for (const [name, given] of Object.entries(value)) {
    const setting = Object.hasOwn(settings, name) ? settings[name] : undefined
    if (setting === undefined) {
      const names = Object.keys(settings)
      const meant = nearest(name, names)
      found.push({
        path: [...path, name],
        text: `there is no setting '${nameOf([...path, name])}'`,
        mend: meant === undefined ? `There are ${names.join(', ')}` : `Write '${meant}'`,
      })
    } else if (given !== undefined) {
      const kept = soundOf(given, setting.shape, [...path, name], found)
      if (kept !== undefined) sound[name] = kept
    }
  }
  for (const [name, { required }] of Object.entries(settings))
    if (required === true && value[name] === undefined)
      found.push({ path, text: `${nameOf(path)} has no ${name}`, mend: `Write \`${name}: …\`` })
  return sound
}

/** The value, without what is wrong in it; undefined where it is wrong itself. Mistakes go to `found`. */
const soundOf = (value: unknown, shape: Shape, path: Path, found: Found): unknown => {
  const wrong = (): undefined => {
    // What may refer to a secret may be one, written out.
    const what = shape.kind === 'reference' ? `a ${typeof value}` : shown(value)
    found.push({ path, text: `${nameOf(path)} is ${what}`, mend: `It takes ${takes(shape)}` })
  }
  const holds = (is: boolean): unknown => (is ? value : wrong())
  switch (shape.kind) {
    case 'text':
      return holds(typeof value === 'string')
    case 'reference':
      return holds(typeof value === 'string' || isReference(value))
    case 'boolean':
      return holds(typeof value === 'boolean')
    case 'number':
      return holds(typeof value === 'number' && value >= shape.least && value <= shape.most)
    case 'word':
      return holds(typeof value === 'string' && shape.of.includes(value))
    case 'list':
      return Array.isArray(value)
        ? value.flatMap((item, i) => soundOf(item, shape.of, [...path, i], found) ?? [])
        : wrong()
    case 'named':
      if (!isMembers(value)) return wrong()
      return Object.fromEntries(
        Object.entries(value).flatMap(([name, given]) => {
          const kept = soundOf(given, shape.of, [...path, name], found)
          return kept === undefined ? [] : [[name, kept]]
        }),
      )
    case 'members':
      if (value === false && shape.off === true) return value
      return isMembers(value) ? soundMembers(value, shape.of, path, found) : wrong()
    case 'made': {
      if (shape.several === true && Array.isArray(value) && value.length > 0) {
        const { several: _, ...one } = shape
        return value.flatMap((item, i) => soundOf(item, one, [...path, i], found) ?? [])
      }
      const { kind, ...rest } = isMembers(value) ? value : {}
      const settings = typeof kind === 'string' && Object.hasOwn(shape.by, kind) ? shape.by[kind] : undefined
      return settings === undefined ? wrong() : { kind, ...soundMembers(rest, settings, path, found) }
    }
    case 'defined': {
      const is = (one: unknown): boolean => isMembers(one) && marks[shape.by].every((name) => name in one)
      if (!Array.isArray(value)) return wrong()
      return value.flatMap((one, i) => {
        const all = Array.isArray(one) ? one : [one]
        if (all.every(is)) return all
        found.push({
          path: [...path, i],
          text: `${nameOf([...path, i])} is no ${shape.by}`,
          mend: `It takes ${takes(shape)}`,
        })
        return []
      })
    }
  }
}

/** What of a configuration can be used, and everything in it that is not a setting or not of its shape. */
export const checkSettings = (
  settings: unknown,
): { readonly sound: UserConfig; readonly mistakes: readonly Mistake[] } => {
  const mistakes: Mistake[] = []
  if (!isMembers(settings)) {
    mistakes.push({ path: [], text: `the configuration is ${shown(settings)}`, mend: 'Write `defineConfig({ … })`' })
    return { sound: {}, mistakes }
  }
  return { sound: soundMembers(settings, settingsSchema, [], mistakes) as UserConfig, mistakes }
}
