/**
 * Makes patterns.json from uap-core's patterns: `refresh.ts FILE [REVISION]`, FILE being uap-core's regexes.yaml or
 * the regexes.py of the Python package ua-parser-builtins, whose monthly releases are newer than uap-core's own.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import { requiredLiterals } from './required-literals.ts'

type Entry = readonly (string | null)[]
interface Lists {
  readonly browsers: readonly Entry[]
  readonly systems: readonly Entry[]
  readonly devices: readonly Entry[]
}
type YamlEntry = Readonly<Record<string, string | undefined>>

const fromYaml = (text: string): Lists => {
  const lists = parse(text) as Readonly<Record<string, readonly YamlEntry[]>>
  const pick = (list: string, names: readonly string[]): Entry[] =>
    (lists[list] ?? []).map((entry) => names.map((name) => entry[name] ?? null))
  return {
    browsers: pick('user_agent_parsers', [
      'regex',
      'regex_flag',
      'family_replacement',
      'v1_replacement',
      'v2_replacement',
      'v3_replacement',
      'v4_replacement',
    ]),
    systems: pick('os_parsers', [
      'regex',
      'regex_flag',
      'os_replacement',
      'os_v1_replacement',
      'os_v2_replacement',
      'os_v3_replacement',
      'os_v4_replacement',
    ]),
    devices: pick('device_parsers', ['regex', 'regex_flag', 'device_replacement']),
  }
}

/** `Name('text', None, "text")`: the only Python there is in that file. */
const fromPython = (text: string): Lists => {
  const calls = (name: string): (string | null)[][] =>
    [...text.matchAll(new RegExp(`^ {4}${name}\\((.*)\\),$`, 'gm'))].map(([, list]) =>
      [...list!.matchAll(/None|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)].map(([, single, double]) => {
        const literal = single ?? double
        return literal === undefined
          ? null
          : literal.replace(/\\(u[0-9a-f]{4}|x[0-9a-f]{2}|.)/g, (_, code: string) => unescape(code))
      }),
    )
  const unescape = (code: string): string =>
    code.length > 1
      ? String.fromCharCode(Number.parseInt(code.slice(1), 16))
      : code === 'n'
        ? '\n'
        : code === 't'
          ? '\t'
          : code
  const noFlag = ([source = null, ...rest]: Entry): Entry => [source, null, ...rest]
  return {
    browsers: calls('UserAgentParser').map(noFlag),
    systems: calls('OSParser').map(noFlag),
    devices: calls('DeviceParser').map((entry) => entry.slice(0, 3)),
  }
}

const withLiterals = (entries: readonly Entry[]) =>
  entries.map(([source, flags, ...replacements]) => {
    if (typeof source !== 'string') throw new Error('a pattern without its expression')
    new RegExp(source, flags ?? '')
    while (replacements.at(-1) === null) replacements.pop()
    return [requiredLiterals(source) ?? 0, flags ?? '', source, ...replacements]
  })

const [file, revision = 'unknown'] = process.argv.slice(2)
if (file === undefined) throw new Error('say which file: refresh.ts regexes.yaml|regexes.py [REVISION]')
const text = readFileSync(file, 'utf8')
const lists = file.endsWith('.py') ? fromPython(text) : fromYaml(text)
const json = {
  notice:
    'Patterns of uap-core, Copyright 2009 Google Inc., Apache License 2.0 (see LICENSE beside this file); each with literals found by required-literals.ts.',
  revision,
  browsers: withLiterals(lists.browsers),
  systems: withLiterals(lists.systems),
  devices: withLiterals(lists.devices),
}
if (json.browsers.length < 300 || json.systems.length < 100 || json.devices.length < 400)
  throw new Error(
    `${file} holds too few patterns: ${json.browsers.length}, ${json.systems.length}, ${json.devices.length}`,
  )
const lines = (entries: readonly unknown[]): string =>
  entries.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n')
writeFileSync(
  new URL('patterns.json', import.meta.url),
  `{\n  "notice": ${JSON.stringify(json.notice)},\n  "revision": ${JSON.stringify(revision)},\n  "browsers": [\n${lines(json.browsers)}\n  ],\n  "systems": [\n${lines(json.systems)}\n  ],\n  "devices": [\n${lines(json.devices)}\n  ]\n}\n`,
)
