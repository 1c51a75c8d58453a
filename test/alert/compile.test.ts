import { describe, expect, it } from 'vitest'
import { compileRules } from '../../src/alert/compile.ts'
import { type RuleDefinition, rule } from '../../src/alert/rule.ts'
import { context } from './shop.ts'

const good = {
  name: 'errors',
  kind: 'threshold',
  severity: 'P1',
  title: 'A title',
  datasets: ['nginx.access'],
  over: '5m',
  above: 1,
} as const

const problemsOf = (...definitions: readonly RuleDefinition[]): string[] =>
  compileRules(
    definitions.map((definition) => rule(definition)),
    { ...context, notifiers: ['mail'] },
  ).problems.map(({ text }) => text)

describe('rules', () => {
  it('that hold no mistake are all there', () => {
    const { rules, problems } = compileRules([rule(good)], context)
    expect(problems).toEqual([])
    expect(rules).toMatchObject([{ over: 300_000, allowance: 10_000, schedule: '* * * * *' }])
  })

  it.each<[string, Partial<Record<string, unknown>>, RegExp]>([
    ['a name that is no word', { name: 'Too Many' }, /is not a word/],
    ['a length that is none', { over: 'five minutes' }, /over is 'five minutes'/],
    ['a length too short', { over: '5s' }, /over is '5s'/],
    ['a schedule that is none', { schedule: '61 * * * *' }, /schedule '61 \* \* \* \*'/],
    ['a query with a mistake', { where: 'http.response.status_code >=' }, /where, character \d+/],
    ['a field that does not exist', { where: 'http.response.status: 5' }, /There is no field/],
    ['a metric that is no figure', { metric: { kind: 'avg', field: 'url.path' } }, /avg of 'url.path' is no figure/],
    ['a group by text', { by: ['message'] }, /groups cannot be made by 'message'/],
    ['a notifier nobody declared', { notify: ['pager'] }, /there is no notifier 'pager'/],
    ['half a window', { for: 1.5 }, /for is 1.5/],
    ['no limit', { above: undefined }, /has no limit/],
    ['a share of more than all', { share: 'user.name: x', above: 5 }, /the limit of a share is 5/],
    ['no dataset', { datasets: [] }, /asks no dataset/],
  ])('are refused for %s', (_, wrong, text) => {
    const definition = { ...good, ...wrong } as unknown as RuleDefinition
    expect(problemsOf(definition)).toEqual([expect.stringMatching(text)])
  })

  it('are refused for the same name twice, with all other mistakes at once and where they are', () => {
    const { problems } = compileRules([rule(good), rule({ ...good, over: 'x', allowance: 'y' })], context)
    expect(problems.map(({ text }) => text)).toEqual([
      "rule 'errors': another rule has this name",
      "rule 'errors': over is 'x'",
      "rule 'errors': allowance is 'y'",
    ])
    expect(problems[0]!.file).toMatch(/compile\.test\.ts$/)
  })
})
