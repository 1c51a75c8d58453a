import type { Reporter, TestModule } from 'vitest/node'
import { skipMark } from './needs-mark.ts'

/** Says in one line which tests were left out for want of an engine, a server or a browser. */
export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const reasons = new Map<string, number>()
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const reason = /\[([^[]*) \(npm run test:bring\)\]/.exec(test.fullName)?.[1]
        if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
      }
    }
    if (reasons.size === 0) return
    const count = [...reasons.values()].reduce((sum, each) => sum + each, 0)
    console.log(`\n${count} tests skipped (${[...reasons.keys()].join('; ')}). To bring what they need: ${skipMark}`)
  }
}
