import { printable } from '../event/printable.ts'
import { shorten } from '../event/shorten.ts'
import { type Alert, type Transition, transitionOf } from './alert.ts'
import { type Rule, titleOf } from './rule.ts'

/** The alert that a rule cannot be judged: silence of a rule must not pass for health. */
export const notJudged = {
  begin: (rule: Rule, since: number, at: number, why: string): Transition => {
    const text = shorten(printable(why), 300)
    const title = titleOf(rule)
    return transitionOf(
      'fired',
      {
        id: `${rule.name}:not_judged`,
        rule: rule.name,
        title: { en: `Rule is not being judged: ${title.en}`, zh: `规则未能评估：${title.zh}` },
        severity: 'P2',
        state: 'firing',
        group: {},
        since,
        value: null,
        limit: null,
        explanation: {
          en: `Not judged since ${new Date(since).toISOString()}: ${text}`,
          zh: `自 ${new Date(since).toISOString()} 起未评估：${text}`,
        },
        evidence: { from: since, to: at, kql: '', datasets: rule.datasets },
        announced: true,
      },
      at,
    )
  },
  over: (alert: Alert, at: number): Transition =>
    transitionOf(
      'resolved',
      {
        ...alert,
        state: 'resolved',
        until: at,
        explanation: {
          en: 'The rule is judged again, and no window was left out',
          zh: '规则已恢复评估，没有遗漏任何时间窗',
        },
      },
      at,
    ),
}

/** The end of an alert whose rule was taken out of the configuration. */
export const retired = (alert: Alert, at: number): Transition =>
  transitionOf(
    'resolved',
    { ...alert, state: 'resolved', until: at, explanation: { en: 'The rule was removed', zh: '规则已被移除' } },
    at,
  )
