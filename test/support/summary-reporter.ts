import { appendFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'
import { skipMark } from './needs-mark.ts'

/**
 * Says in one line which tests were left out for want of an engine, a server or a browser. Where TAILRACE_TEST_COUNTS
 * names a file, one line `passed failed skipped` is added to it, for `.ci/run`.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const reasons = new Map<string, number>()
    const counts = { passed: 0, failed: errors.length, skipped: 0, pending: 0 }
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        counts[state]++
        const reason = state === 'skipped' ? /\[([^[]*) \(npm run test:bring\)\]/.exec(test.fullName)?.[1] : undefined
        if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
      }
      // A file that does not load, or whose hooks fail, has no failed test to count.
      if (module.state() === 'failed' && [...module.children.allTests('failed')].length === 0) counts.failed++
    }
    const file = process.env['TAILRACE_TEST_COUNTS']
    if (file) appendFileSync(file, `${counts.passed} ${counts.failed} ${counts.skipped + counts.pending}\n`)
    if (reasons.size === 0) return
    const count = [...reasons.values()].reduce((sum, each) => sum + each, 0)
    console.log(`\n${count} tests skipped (${[...reasons.keys()].join('; ')}). To bring what they need: ${skipMark}`)
  }
}
