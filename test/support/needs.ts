import { describe } from 'vitest'
import { skipMark } from './needs-mark.ts'
import { type PartName, parts } from './parts.ts'

/**
 * `describe` for tests that need an engine, a server or a browser: `needs('nginx', 'elasticsearch')('a rotated log', () => …)`.
 * Where one of them cannot be had the suite is skipped, with the command that brings it in its title; under `.ci/run`
 * (TAILRACE_TEST_CI=1) that is an error instead.
 */
export function needs(...names: readonly [PartName, ...PartName[]]): (title: string, body: () => void) => void {
  const missing = names.flatMap((name) => {
    const reason = parts[name].missing()
    return reason === undefined ? [] : [`${name}: ${reason}`]
  })
  if (missing.length === 0) return (title, body) => describe(title, body)
  const why = missing.join('; ')
  if (process.env['TAILRACE_TEST_CI'] === '1') throw new Error(`needed here, but ${why} (${skipMark})`)
  return (title, body) => describe.skip(`${title} [${why} (${skipMark})]`, body)
}
