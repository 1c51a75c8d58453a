import type { Running } from '../../src/service/running.ts'
import type { DeadLetter } from '../../src/store/dead-letter/letter.ts'
import { createDisk, logVolume } from './disk.ts'
import { placeFile } from './embedded.ts'
import { connectTo, createEngine, noFaults } from './engine.ts'
import { mount } from './modules.ts'
import { createFs } from './node-fs.ts'
import { createPipe } from './pipe.ts'
import { type Code, discoverEvery, type Settings, settle, verifyEvery } from './service.ts'
import { createTruth, idsIn, type Line } from './truth.ts'
import { changed } from './watch.ts'
import { createWorld, inhabit, type World } from './world.ts'
import { type Manner, manners, startWriter, type Writer } from './writers.ts'

/** What became of the records of one seed. */
export interface Outcome {
  readonly seed: number
  /** What was found wrong; nothing is as it should be. */
  readonly wrong: readonly string[]
  readonly lines: number
  readonly stored: number
  readonly dead: number
  readonly dropped: number
  /** Lines whose bytes were gone before they could be read. */
  readonly gone: number
  readonly crashes: number
  readonly powerCuts: number
  readonly stops: number
  readonly steps: number
  /** The next number that chance would have given: the same for the same history. */
  readonly fingerprint: number
}

/** Whoever had this long, with everything well, must have read what was there. */
const enough = discoverEvery + 2 * verifyEvery + 3000
const mostSteps = 60_000

const settingsOf = ({ random }: World): Settings => ({
  embedded: random.chance(0.25),
  watch: random.chance(0.5),
  maxOpen: random.pick([1, 2, 512]),
  blockBytes: random.pick([1, 1 << 16]),
  piped: random.chance(0.3),
  wide: random.chance(0.5),
  pods: random.chance(0.3),
})

export const runSeed = async (code: Code, seed: number, listen?: (line: string) => void): Promise<Outcome> => {
  const world = createWorld(seed, listen)
  inhabit(world)
  const { random } = world
  const settings = settingsOf(world)
  const disk = createDisk(world, random.chance(0.5))
  const fs = createFs(world, disk)
  mount(fs)
  const truth = createTruth(world, disk)
  disk.onChange = changed
  const engine = createEngine(world, random)
  connectTo(engine)
  const file = placeFile()
  engine.onStored = file.onStored = truth.stored
  engine.onRedirected = truth.redirect
  const { wrong } = truth

  const writers: Writer[] = []
  const chosen: readonly Manner[] = Array.from({ length: random.between(1, 3) }, () => random.pick(manners))
  for (let i = random.between(1, 3); i > 0; i--) {
    const joined = random.chance(0.4)
    const wrapped = settings.pods && random.chance(0.6)
    const name = `${wrapped ? 'pods-' : ''}${joined ? 'joined' : 'lines'}-${i}`
    const pace = random.pick([300, 800, 2000])
    const unrest = random.pick([0.05, 0.15, 0.5])
    writers.push(startWriter(world, disk, truth, { name, joined, wrapped, pace, unrest, manners: chosen }))
  }
  const pipe = settings.piped ? createPipe(world, truth, 1500) : undefined

  /** When all was well, so that nothing kept the service from reading. */
  const well: { from: number; to: number }[] = []
  let wellSince: number | undefined
  let running: Running | undefined
  let ill = false
  let crashes = 0
  let powerCuts = 0
  let stops = 0

  const note = (): void => {
    const isWell = running !== undefined && !ill && running.context.store.trouble === undefined
    if (isWell) wellSince ??= world.now
    else if (wellSince !== undefined) {
      well.push({ from: wellSince, to: world.now })
      wellSince = undefined
    }
  }
  /** Goes on until `until`; false when that does not come. */
  const go = async (until: () => boolean): Promise<boolean> => {
    while (!until()) {
      if (world.steps > mostSteps) return false
      if (!(await world.step())) return false
      note()
    }
    return true
  }
  const settled = async <T>(what: string, promise: Promise<T>): Promise<T | undefined> => {
    let ended = false
    let value: T | undefined
    promise.then(
      (given) => {
        ended = true
        value = given
      },
      (error: unknown) => {
        ended = true
        wrong.push(`${what}: ${error instanceof Error ? (error.stack ?? String(error)) : String(error)}`)
      },
    )
    if (!(await go(() => ended))) wrong.push(`${what}: it does not come to an end`)
    return value
  }

  const trouble = (): void => {
    if (ended()) return
    world.after(random.next() * 8000, trouble)
    const { faults } = engine
    Object.assign(faults, noFaults())
    Object.assign(disk.refusals, { full: false, failingSyncs: 0 })
    ill = false
    const luck = random.next()
    if (luck < 0.45) return
    ill = true
    world.trace(() => '-- troubles')
    if (luck < 0.55) faults.away = true
    else if (luck < 0.62) faults.refuses = random.next()
    else if (luck < 0.74) faults.resets = random.next() * 0.7
    else if (luck < 0.82) faults.items = random.next() * 0.8
    else if (luck < 0.86) faults.nonsense = random.next() * 0.5
    else if (luck < 0.89) engine.rollOver()
    else if (luck < 0.95) disk.refusals.full = true
    else disk.refusals.failingSyncs = random.between(1, 3)
  }
  const until = world.now + random.between(8000, 40_000)
  const ended = (): boolean => world.now >= until
  world.after(3000, trouble)

  let starting = false
  const begin = (): void => {
    starting = true
    world.trace(() => `-- life ${world.life} begins`)
    const begun = code.begin({
      world,
      truth,
      settings,
      pipe,
      failed: (error) => wrong.push(`delivery stopped: ${error instanceof Error ? error.stack : String(error)}`),
    })
    begun.then(
      (started) => {
        running = started
      },
      (error: unknown) => {
        // A disk that refuses keeps it from starting; its supervisor tries again.
        if (!ill) wrong.push(`it does not start: ${error instanceof Error ? error.stack : String(error)}`)
        failedStart = true
      },
    )
  }
  let failedStart = false
  const end = async (): Promise<void> => {
    failedStart = false
    const stopping = running
    if (stopping !== undefined && random.chance(0.25)) {
      stops++
      world.trace(() => '-- SIGTERM')
      await settled('stopping', stopping.stop(5000))
    } else crashes++
    const cut = random.chance(0.5)
    world.trace(() => (cut ? '-- the power goes' : '-- kill -9'))
    running = undefined
    starting = false
    note()
    world.crash()
    fs.closeAll()
    if (cut) {
      powerCuts++
      disk.forget()
    }
  }

  while (!ended() && wrong.length === 0) {
    begin()
    const upTo = world.operations + Math.floor(random.skewed(60))
    const patience = world.now + random.next() * 20_000
    await go(() => world.operations >= upTo || world.now >= patience || failedStart || ended())
    if (ended() && random.chance(0.3)) break
    await end()
    const back = world.now + 20 + random.next() ** 3 * 8000
    await go(() => world.now >= back)
  }

  // Peace: everything works, nothing more is written, and the service has all the time it needs.
  for (const writer of writers) writer.stop()
  pipe?.stop()
  Object.assign(engine.faults, noFaults())
  Object.assign(disk.refusals, { full: false, failingSyncs: 0 })
  ill = false
  if (failedStart) await end()
  if (!starting) begin()
  if (
    wrong.length === 0 &&
    !(await go(() => failedStart || (running !== undefined && writers.every(({ idle }) => idle))))
  )
    wrong.push('it does not start')
  const rest = world.now + settle + 4 * enough + 40_000
  await go(() => world.now >= rest)
  note()
  if (wellSince !== undefined) well.push({ from: wellSince, to: world.now })

  const letters: DeadLetter[] = []
  let account: Awaited<ReturnType<Code['accountOf']>> | undefined
  const last = running as Running | undefined
  if (last !== undefined && wrong.length === 0) {
    const list = async (): Promise<void> => {
      for await (const letter of last.context.letters.list()) letters.push(letter)
    }
    await settled('listing dead letters', list())
    const flying = last.context.inFlight()
    if (flying.length > 0) wrong.push(`still under way: ${JSON.stringify(flying)}`)
    for (const row of last.context.sources()) if (row.lag_bytes > 0) wrong.push(`not read: ${JSON.stringify(row)}`)
    account = await settled('the account', code.accountOf(last))
    await settled('stopping', last.stop(5000))
    if (fs.handles.size > 0) wrong.push(`left open: ${[...fs.handles.values()].map(({ path }) => path).join(', ')}`)
  }
  truth.lose()

  const dead = new Map<number, number>()
  for (const { raw } of letters)
    for (const id of idsIn(Buffer.from(raw, 'base64').toString())) dead.set(id, (dead.get(id) ?? 0) + 1)
  const isStated = ({ run, offset }: Line): boolean =>
    truth.statements.some((one) => one.run === run && one.from <= offset && offset < one.to)
  /** Somebody had the time to read it. */
  const hadTime = ({ written, gone = 0 }: Line): boolean =>
    well.some(({ from, to }) => Math.min(to, gone) - Math.max(from, written) >= enough)
  /** Put aside, under a name that no pattern matches, before the service knew of any file of that name. */
  const isOfBefore = ({ run }: Line): boolean =>
    !settings.wide &&
    (run.left ?? Number.POSITIVE_INFINITY) <= (truth.known.get(`${logVolume}/${run.name}.log`) ?? Number.MAX_VALUE)
  const where = truth.describe
  let stored = 0
  let gone = 0
  let dropped = 0
  for (const line of wrong.length > 0 ? [] : truth.lines) {
    const times = truth.storedTimes(line)
    const letters = dead.get(line.id) ?? 0
    stored += times
    if (times + letters > 1)
      wrong.push(`${where(line)} is ${times} times in the store and ${letters} times a dead letter`)
    if (line.accepted === false) continue
    if (line.kind === 'drop') {
      if (times + letters > 0) wrong.push(`${where(line)} should have been filtered`)
      if (line.gone === undefined && !isOfBefore(line)) dropped++
      continue
    }
    if (times + letters + (truth.redirected.has(line.id) ? 1 : 0) > 0) {
      if (isStated(line)) wrong.push(`${where(line)} is stated lost, but it is not`)
      continue
    }
    if (isOfBefore(line)) gone++
    else if (line.gone === undefined) wrong.push(`${where(line)} is lost`)
    else if (!isStated(line)) {
      gone++
      if (hadTime(line)) wrong.push(`${where(line)} is lost, though there was time to read it before it was gone`)
    } else gone++
  }
  if (account !== undefined && wrong.length === 0) {
    const { total, unbalanced } = account
    for (const row of unbalanced) wrong.push(`not balanced: ${JSON.stringify(row)}`)
    const { documents } = settings.embedded ? file : engine
    if (total['verified'] !== true || total['balanced'] !== true) wrong.push(`the ledger says ${JSON.stringify(total)}`)
    if (total['stored'] !== documents.length)
      wrong.push(`the ledger has ${String(total['stored'])} stored, the store has ${documents.length}`)
    if (total['dead_lettered'] !== letters.length)
      wrong.push(`the ledger has ${String(total['dead_lettered'])} dead letters, there are ${letters.length}`)
    const most = truth.lines.filter(({ kind }) => kind === 'drop').length
    const filtered = Number(total['filtered'])
    if (filtered < dropped - (pipe === undefined ? 0 : most) || filtered > most)
      wrong.push(`the ledger has ${filtered} filtered, of ${dropped} to ${most}`)
  }
  return {
    seed,
    wrong,
    lines: truth.lines.length,
    stored,
    dead: letters.length,
    dropped,
    gone,
    crashes,
    powerCuts,
    stops,
    steps: world.steps,
    fingerprint: random.next(),
  }
}
