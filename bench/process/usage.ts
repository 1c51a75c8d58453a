/** Imported before the program (`node --import`): writes what the process took to the file that is named, when it ends. */
import { readFileSync, writeFileSync } from 'node:fs'

const file = process.env['BENCH_USAGE']
const begun = performance.now()

/** Most resident memory so far. Not `maxRSS`, in which a child begins with its parent's. */
const peakBytes = (): number => {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))![1]) * 1024
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
}

if (file !== undefined)
  process.on('exit', () => {
    const { user, system } = process.cpuUsage()
    const seconds = (performance.now() - begun) / 1000
    writeFileSync(file, JSON.stringify({ cpuSeconds: (user + system) / 1e6, seconds, peakBytes: peakBytes() }))
  })
