import type { Pipeline as Defined } from '../../src/pipeline/pipeline.ts'
import type { Config } from '../../src/service/load.ts'
import type { Running } from '../../src/service/running.ts'
import type { OpenSource, Source, SourceContext } from '../../src/source/source.ts'
import type { Logger } from '../../src/telemetry/log.ts'
import { dataVolume, logVolume } from './disk.ts'
import type { Pipe } from './pipe.ts'
import type { Truth } from './truth.ts'
import type { World } from './world.ts'

/** How the service is set up in one seed. */
export interface Settings {
  readonly embedded: boolean
  readonly watch: boolean
  readonly maxOpen: number
  readonly blockBytes: number
  readonly piped: boolean
  /** The patterns match what rotation puts aside, too. */
  readonly wide: boolean
  /** Some of the files are written by a container runtime. */
  readonly pods: boolean
}

export const verifyEvery = 500
export const discoverEvery = 2000
export const settle = 5000

/** Loaded after the modules are replaced. */
const load = async () => {
  const [start, troubles, pushed, metrics, ledger, event, tailrace, stdin] = await Promise.all([
    import('../../src/service/start.ts'),
    import('../../src/service/troubles.ts'),
    import('../../src/service/pushed.ts'),
    import('../../src/telemetry/metrics.ts'),
    import('../../src/service/operations/ledger.ts'),
    import('../../src/event/framing.ts'),
    import('../../src/index.ts'),
    import('../../src/source/stdin.ts'),
    import('../../src/store/elasticsearch/store.ts'),
  ])
  return { ...start, ...troubles, ...pushed, ...metrics, ...ledger, ...event, ...tailrace, ...stdin }
}

/** The real code, as each life of the service begins it. */
export interface Code {
  begin(options: BeginOptions): Promise<Running>
  /** The last line of `ledger --verify`, and whether each row balances. */
  accountOf(
    running: Running,
  ): Promise<{ readonly total: Readonly<Record<string, unknown>>; readonly unbalanced: readonly unknown[] }>
}
interface BeginOptions {
  readonly world: World
  readonly truth: Truth
  readonly settings: Settings
  readonly pipe: Pipe | undefined
  readonly failed: (error: unknown) => void
}

export const loadCode = async (): Promise<Code> => {
  const code = await load()
  const { grammar, line, word, rest, indented, byLine, pipeline, follow, cri, drop, stdin } = code
  const layout = line`${word('app.kind')} ${rest('message')}`
  const lines = grammar({ name: 'sim.lines', line: layout, samples: ['ok <1> text'], framing: byLine(2000) })
  const joined = grammar({
    name: 'sim.joined',
    line: layout,
    samples: ['ok <1> text\n <2> more'],
    framing: indented({ maxBytes: 2000, flushAfter: 1000 }),
  })
  const problems = [...lines.problems, ...joined.problems]
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  const metrics = code.createMetrics()
  const filtered = drop('app.kind: drop')

  const pipelinesOf = ({ settings, pipe, truth, world }: BeginOptions): readonly Defined[] => {
    const { watch, maxOpen, blockBytes, wide, pods } = settings
    const followed = (name: string, how: typeof follow | typeof cri = follow): Source =>
      how({
        name,
        paths: [`${logVolume}/${name}*.log${wide ? '*' : ''}`],
        verifyEvery,
        discoverEvery,
        settle,
        watch,
        maxOpen,
        blockBytes,
      })
    const all: Defined[] = [
      pipeline('lines')
        .from(told(followed('lines'), truth, world))
        .parse(lines)
        .through(filtered),
      pipeline('joined')
        .from(told(followed('joined'), truth, world))
        .parse(joined)
        .through(filtered),
    ]
    if (pods)
      all.push(
        pipeline('pods-lines')
          .from(told(followed('pods-lines', cri), truth, world))
          .parse(lines)
          .through(filtered),
        pipeline('pods-joined')
          .from(told(followed('pods-joined', cri), truth, world))
          .parse(joined)
          .through(filtered),
      )
    if (pipe !== undefined) {
      const piped = stdin({
        name: 'piped',
        directory: `${dataVolume}/spool/piped`,
        input: pipe.open() as never,
        segmentBytes: 400,
      })
      all.push(pipeline('piped').from(piped).parse(lines).through(filtered))
    }
    return all
  }

  return {
    begin(options) {
      const { world, settings, failed } = options
      const say = (level: string) => (first: unknown, text?: string) =>
        world.trace(
          () => `  [${level}] ${text ?? String(first)}${text === undefined ? '' : ` ${JSON.stringify(first)}`}`,
        )
      const log = {
        info: say('info'),
        warn: say('warn'),
        error: say('error'),
        fatal: say('fatal'),
      } as unknown as Logger
      const config: Config = {
        file: undefined,
        data: dataVolume,
        state: `${dataVolume}/state`,
        namespace: 'default',
        timezone: 'UTC',
        role: 'all',
        also: [],
        store: settings.embedded ? { kind: 'duckdb' } : { kind: 'elasticsearch', nodes: ['http://127.0.0.1:9200'] },
        pipelines: pipelinesOf(options),
        rules: [],
        web: false,
        notify: {},
        digest: false,
        retention: [],
        deadLetters: { maxBytes: Number.POSITIVE_INFINITY },
        memory: 16 << 20,
        grace: 5000,
        logLevel: 'info',
        logOutput: 'text',
        configured: true,
      }
      const troubles = code.createTroubles()
      return code.startPipelines({
        config,
        log,
        once: false,
        from: 'beginning',
        failed,
        metrics,
        troubles,
        pushed: code.createPushed(config, false, { log, metrics }),
      })
    },
    async accountOf({ context }) {
      const unbalanced: unknown[] = []
      let total: Readonly<Record<string, unknown>> = {}
      for await (const row of code.ledger(context, { verify: true }, new AbortController().signal)) {
        if (typeof row === 'object' && row !== null && 'total' in row) total = row.total as typeof total
        else if (!(row as { balanced: boolean; closed: boolean }).balanced || !(row as { closed: boolean }).closed)
          unbalanced.push(row)
      }
      return { total, unbalanced }
    },
  }
}

/** A source whose statements are written down, and whose checkpoints are held against the truth as it is opened. */
const told = (source: Source, truth: Truth, world: World): Source => ({
  ...source,
  async open(context: SourceContext): Promise<OpenSource> {
    const runOf = (key: string) => truth.runAt(context.generations.get(key)?.head)
    for (const [key, offset] of context.resume) {
      for (const line of runOf(key)?.lines ?? []) {
        if (line.offset + line.length > offset || line.kind !== 'ok' || line.accepted !== undefined) continue
        const isStated = truth.statements.some(
          ({ run, from, to }) => run === line.run && from <= line.offset && line.offset < to,
        )
        if (truth.storedTimes(line) === 0 && !truth.redirected.has(line.id) && !isStated)
          truth.wrong.push(
            `the checkpoint of ${key} is ${offset}, but line ${line.id} at ${line.offset} is in no store`,
          )
      }
    }
    const register: typeof context.generations.register = async (generation) => {
      const registered = await context.generations.register(generation)
      world.trace(() => `  generation ${registered.key} is ${registered.path}`)
      return registered
    }
    const open = await source.open({
      ...context,
      generations: { ...context.generations, register },
      report(notice) {
        world.trace(() => `  ${notice.kind}: ${notice.text} ${notice.lost?.key ?? ''}`)
        if (notice.lost !== undefined) {
          const { key, from, to } = notice.lost
          truth.statements.push({ run: runOf(key), from, to })
        }
        context.report(notice)
      },
    })
    const close = async (): Promise<void> => {
      await open.close()
      const known = new Map(truth.known)
      for (const { origin, registered } of context.generations.of(source.name))
        known.set(origin, Math.min(known.get(origin) ?? registered, registered))
      truth.known = known
    }
    return new Proxy(open, { get: (inner, name) => (name === 'close' ? close : Reflect.get(inner, name, inner)) })
  },
})
