import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../src/service/control.ts'
import type { Benchmark, Sample } from './support/benchmark.ts'
import { compare } from './support/compare.ts'
import { start, tailrace } from './support/process.ts'

const known = 1000
const many = 10_000

/** Each is another: that files begin alike is another question. */
const accessLine = (number: number): string =>
  `203.0.113.${number % 250} - - [27/Nov/2026:08:00:00 +0000] "GET /orders/${number} HTTP/1.1" 200 512 "-" "curl/8.5.0"\n`

/** Events that the running service has stored; -1 while it does not answer. */
const countOf = async (data: string): Promise<number> => {
  try {
    for await (const row of ask(data, 'stats', {})) return (JSON.parse(row) as { count?: number }).count ?? 0
  } catch {
    // Not listening yet, or starting.
  }
  return -1
}

/** As the system counts it, in hundredths of a second. */
const processUsage = async (pid: number): Promise<{ readonly cpuSeconds: number; readonly peakBytes: number }> => {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ])
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024
  return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100, peakBytes: peak }
}

/** A folder of logs with some lines each, all of them different. */
const writeLogs = async (folder: string, count: number): Promise<void> => {
  await mkdir(folder)
  for (let i = 0; i < count; i++)
    await writeFile(join(folder, `${i}.log`), Array.from({ length: 3 }, (_, line) => accessLine(i * 3 + line)).join(''))
}

const follow = (folder: string, data: string) =>
  start(tailrace, ['run', join(folder, '*.log'), '--parser', 'nginx.access', '--no-web', '--data', data])

const files: Benchmark = {
  name: 'files',
  about: `seconds from a restart to the first new event with ${known} known files; start, memory and idle CPU with ${many}`,
  async run({ folder, rounds }) {
    const begin = async (count: number) => {
      const logs = join(folder, `logs-${count}`)
      await writeLogs(logs, count)
      const data = await mkdtemp(join(folder, 'data-'))
      return { logs, data, total: count * 3 }
    }
    const until = async (data: string, count: number): Promise<void> => {
      while ((await countOf(data)) < count) await sleep(10)
    }
    const few = await begin(known)
    const first = follow(few.logs, few.data)
    await until(few.data, few.total)
    first.child.kill('SIGTERM')
    await first.ended
    let next = few.total
    const restart = async (): Promise<Sample> => {
      await appendFile(join(few.logs, '7.log'), accessLine(next++))
      const begun = performance.now()
      const service = follow(few.logs, few.data)
      await until(few.data, next)
      const seconds = (performance.now() - begun) / 1000
      const { cpuSeconds } = await processUsage(service.child.pid!)
      service.child.kill('SIGTERM')
      await service.ended
      return { seconds, cpuSeconds }
    }
    const all = await begin(many)
    const fromNothing = async (): Promise<Sample> => {
      await rm(all.data, { recursive: true, force: true })
      const begun = performance.now()
      const service = follow(all.logs, all.data)
      await until(all.data, all.total)
      const seconds = (performance.now() - begun) / 1000
      const usage = await processUsage(service.child.pid!)
      service.child.kill('SIGTERM')
      await service.ended
      return { seconds, ...usage }
    }
    const idle = async (): Promise<Sample> => {
      const service = follow(all.logs, all.data)
      while ((await countOf(all.data)) === -1) await sleep(10)
      await sleep(2000)
      const before = await processUsage(service.child.pid!)
      await sleep(10_000)
      const after = await processUsage(service.child.pid!)
      service.child.kill('SIGTERM')
      await service.ended
      return { seconds: 10, cpuSeconds: after.cpuSeconds - before.cpuSeconds, peakBytes: after.peakBytes }
    }
    return await compare(
      [
        { name: `restart, ${known} known files`, goals: [{ figure: 'seconds', atMost: 1 }], measure: restart },
        { name: `first start, ${many} files`, measure: fromNothing },
        { name: `ten idle seconds, ${many} files`, measure: idle },
      ],
      { rounds, baseline: false },
    )
  },
}
export default files
