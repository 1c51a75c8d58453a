import { gzipSync } from 'node:zlib'
import { type Disk, type Inode, logVolume } from './disk.ts'
import type { LineKind, Truth } from './truth.ts'
import type { World } from './world.ts'

export interface WriterOptions {
  readonly name: string
  readonly joined: boolean
  /** A container runtime writes what the program says, two streams of it, long lines in pieces. */
  readonly wrapped: boolean
  /** Milliseconds between what it does, on average. */
  readonly pace: number
  /** Share of turns in which something happens to its file. */
  readonly unrest: number
  /** How its file is treated. */
  readonly manners: readonly Manner[]
}
export const manners = ['create', 'copytruncate', 'truncate', 'rewrite', 'delete', 'gzip', 'copy'] as const
export type Manner = (typeof manners)[number]

/** A program that writes a log, with whatever rotates it. `stop` ends it at the end of a line. */
export interface Writer {
  stop(): void
  readonly idle: boolean
}

const kept = 3

/** Lines as CRI runtimes write them: `P` marks a piece that the next of its stream goes on with. */
const inEnvelopes =
  (world: World, stream: string) =>
  (text: string): string => {
    const cut = world.random.chance(0.2) ? world.random.between(1, text.length - 1) : 0
    const at = new Date(world.now).toISOString()
    const piece = (mark: string, part: string): string => `${at} ${stream} ${mark} ${part}\n`
    return cut === 0 ? piece('F', text) : piece('P', text.slice(0, cut)) + piece('F', text.slice(cut))
  }

export const startWriter = (world: World, disk: Disk, truth: Truth, options: WriterOptions): Writer => {
  const { name, joined, wrapped, pace, unrest } = options
  const { random } = world
  const path = `${logVolume}/${name}.log`
  let node: Inode | undefined
  let midLine = false
  let busy = 0
  let stopped = false

  /** The run that has the name now is put aside or taken away. */
  const leave = (from: Inode): void => {
    const run = truth.runOf(from)
    if (run !== undefined) run.left = world.now
  }
  const create = (): Inode => {
    const made = disk.create(path)
    truth.begin(made, name, joined)
    return made
  }
  const hold = (next: Inode): void => {
    if (node !== undefined) disk.letGo(node)
    node = next
    disk.held(next)
  }
  const kindOf = (): LineKind => {
    const luck = random.next()
    if (luck < 0.05) return 'bad'
    if (luck < 0.09) return 'poison'
    if (luck < 0.16) return 'drop'
    return joined && luck < 0.5 ? 'cont' : 'ok'
  }
  const append = (bytes: Buffer): void => {
    const to = node!
    disk.write(to, to.size, bytes)
    disk.onChange(path, 'change')
    // Nobody but this program can read it any more.
    if (to.links === 0 && to.opens === 0) truth.lose()
  }
  /** Runs the steps one after another, with pauses between them. */
  const play = (steps: Generator<number, void>): void => {
    busy++
    const next = (): void => {
      const { value, done } = steps.next()
      if (done) busy--
      else world.after(value ?? 0, next)
    }
    next()
  }
  function* write(): Generator<number, void> {
    if (midLine) return
    let last: LineKind | undefined
    const around = wrapped ? inEnvelopes(world, random.pick(['stdout', 'stderr'])) : undefined
    for (let count = random.between(1, 6); count > 0; count--) {
      const run = truth.runOf(node!)!
      // What was dropped or refused as a whole goes on with nothing: its lines would share its fate.
      const alone = last === undefined || last === 'drop' || last === 'poison' || last === 'bad'
      let kind = kindOf()
      if (kind === 'cont' && alone) kind = 'ok'
      last = kind
      const { bytes } = truth.line(run, kind, node!.size, around)
      if (!random.chance(0.15)) {
        append(bytes)
        continue
      }
      midLine = true
      const cut = random.between(1, bytes.length - 1)
      append(bytes.subarray(0, cut))
      yield random.next() * 60
      append(bytes.subarray(cut))
      midLine = false
    }
  }
  const shift = (): void => {
    for (let number = kept; number >= 1; number--)
      for (const ending of ['', '.gz']) {
        const from = `${path}.${number}${ending}`
        if (disk.find(from) === undefined) continue
        if (number === kept) disk.unlink(from)
        else disk.rename(from, `${path}.${number + 1}${ending}`)
      }
  }
  function* copyOf(from: Inode, to: string): Generator<number, Inode> {
    const copy = disk.create(to)
    truth.copied(from, copy)
    const half = random.between(0, from.size)
    disk.write(copy, 0, from.content.subarray(0, half))
    if (random.chance(0.3)) yield random.next() * 200
    while (midLine) yield 5
    disk.write(copy, half, from.content.subarray(half, from.size))
    return copy
  }
  function* happen(manner: Manner): Generator<number, void> {
    world.trace(() => `-- ${name}: ${manner}`)
    switch (manner) {
      case 'create':
      case 'gzip': {
        shift()
        leave(node!)
        disk.rename(path, `${path}.1`)
        if (random.chance(0.2)) yield random.next() * 100
        const next = create()
        // Until it is told, the program goes on writing to what it holds.
        if (random.chance(0.5)) yield random.next() * 800
        while (midLine) yield 5
        hold(next)
        if (manner === 'create') return
        if (random.chance(0.7)) yield random.next() * 9000
        const plain = `${path}.1`
        if (disk.find(plain) === undefined) return
        const zipped = disk.create(`${plain}.gz`)
        const whole = disk.get(plain, 'open')
        const packed = gzipSync(whole.content.subarray(0, whole.size))
        const half = random.between(0, packed.length)
        disk.write(zipped, 0, packed.subarray(0, half))
        if (random.chance(0.3)) yield random.next() * 200
        disk.write(zipped, half, packed.subarray(half))
        truth.packed(whole, zipped)
        disk.unlink(plain)
        return
      }
      case 'copytruncate': {
        const original = node!
        shift()
        yield* copyOf(original, `${path}.1`)
        if (random.chance(0.5)) yield random.next() * 100
        while (midLine) yield 5
        leave(original)
        disk.truncate(original, 0)
        truth.begin(original, name, joined)
        return
      }
      case 'truncate':
      case 'rewrite': {
        while (midLine) yield 5
        const long = node!.size
        leave(node!)
        disk.truncate(node!, 0)
        truth.begin(node!, name, joined)
        while (manner === 'rewrite' && node!.size < long + 50) {
          yield* write()
          yield 1
        }
        return
      }
      case 'delete':
        while (midLine) yield 5
        leave(node!)
        disk.unlink(path)
        if (random.chance(0.5)) yield random.next() * 3000
        while (midLine) yield 5
        hold(create())
        return
      case 'copy': {
        const to = `${path}.bak`
        if (disk.find(to) !== undefined) disk.unlink(to)
        yield* copyOf(node!, to)
      }
    }
  }
  let manner = false
  function* once(steps: Generator<number, void>): Generator<number, void> {
    manner = true
    yield* steps
    manner = false
  }
  const turn = (): void => {
    if (stopped) return
    world.after(pace * 2 * random.next(), turn)
    if (!manner && random.chance(unrest)) play(once(happen(random.pick(options.manners))))
    else play(write())
  }
  world.after(random.next() * 2000, () => {
    hold(create())
    turn()
  })
  return {
    stop() {
      stopped = true
    },
    get idle() {
      return stopped && busy === 0
    },
  }
}
