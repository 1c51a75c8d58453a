import { type Disk, type Inode, logVolume } from './disk.ts'
import type { Stored } from './engine.ts'
import type { World } from './world.ts'

/** `cont` goes on with the record before it; `bad` fits no grammar; the store refuses `poison`; `drop` is filtered. */
export type LineKind = 'ok' | 'cont' | 'bad' | 'poison' | 'drop'

/** A line that a program wrote. */
export interface Line {
  readonly id: number
  readonly kind: LineKind
  readonly text: string
  /** As it was written, with its line end and what was put around it. */
  readonly bytes: Buffer
  readonly length: number
  readonly run: Run
  readonly offset: number
  readonly written: number
  /** When its bytes were gone from everywhere the service could have read them. */
  gone?: number
  /** The life of the service that had seen them by then. */
  seenBy?: number
  /** Sent over a pipe: whether it was accepted durably. */
  accepted?: boolean
}
/** Bytes that only grow, whatever files hold them: a file between two truncations, and copies of it. */
export interface Run {
  readonly name: string
  readonly joined: boolean
  readonly lines: Line[]
  /** When the file was put aside or emptied that held it under its program's own name. */
  left?: number
}
/** Bytes that the service stated as lost. */
export interface Statement {
  readonly run: Run | undefined
  readonly from: number
  readonly to: number
}

/** What really happened, against which the service's account is held. */
export interface Truth {
  readonly lines: Line[]
  readonly statements: Statement[]
  /** Path → since when the service has known of files of that name. */
  known: ReadonlyMap<string, number>
  /** What was found to be wrong so far. */
  readonly wrong: string[]
  runOf(node: Inode): Run | undefined
  /** A file that holds nothing yet, or nothing any more. */
  begin(node: Inode, name: string, joined: boolean): Run
  copied(from: Inode, to: Inode): void
  /** `to` holds what `from` held, compressed. */
  packed(from: Inode, to: Inode): void
  /** `around`: what the program writes of a text; itself and a line end unless given. */
  line(run: Run, kind: LineKind, offset: number, around?: (text: string) => string): Line
  /** Files lost bytes: which lines are in none now. */
  lose(): void
  /** A document came into the store. */
  stored(document: Stored): void
  /** A document came into the failure store. */
  redirect(document: Stored): void
  readonly redirected: ReadonlySet<number>
  /** The run that begins with these bytes. */
  runAt(head: Uint8Array | undefined): Run | undefined
  storedTimes(line: Line): number
  /** For people: where the bytes of a line lie, and what befell them. */
  describe(line: Line): string
}

const padding = 'the quick brown fox jumps over the lazy dog and goes home again '

export const idsIn = (text: string): number[] => [...text.matchAll(/<(\d+)>/g)].map((match) => Number(match[1]))

export const createTruth = (world: World, disk: Disk): Truth => {
  const lines: Line[] = []
  const runs = new Map<Inode, Run>()
  const all: Run[] = []
  const unpackedSizes = new Map<Inode, number>()
  const stored = new Map<number, number>()
  const redirected = new Set<number>()
  const wrong: string[] = []

  const textOf = (id: number, kind: LineKind): string => {
    const more = padding.slice(0, world.random.between(1, padding.length)).trim()
    switch (kind) {
      case 'ok':
      case 'drop':
        return `${kind} <${id}> ${more}`
      case 'poison':
        return `ok <${id}> poison ${more}`
      case 'cont':
        return ` <${id}> ${more}`
      case 'bad':
        return `bad<${id}>`
    }
  }
  /** How far a run can still be read. */
  const readable = (run: Run): number => {
    let most = 0
    for (const [node, of] of runs)
      if (of === run && (node.links > 0 || node.opens > 0)) most = Math.max(most, unpackedSizes.get(node) ?? node.size)
    return most
  }

  const truth: Truth = {
    lines,
    statements: [],
    known: new Map(),
    wrong,
    runOf: (node) => runs.get(node),
    begin(node, name, joined) {
      const run: Run = { name, joined, lines: [] }
      runs.set(node, run)
      all.push(run)
      return run
    },
    copied(from, to) {
      runs.set(to, runs.get(from)!)
    },
    packed(from, to) {
      runs.set(to, runs.get(from)!)
      unpackedSizes.set(to, from.size)
    },
    line(run, kind, offset, around = (text) => `${text}\n`) {
      const id = lines.length + 1
      const text = textOf(id, kind)
      const bytes = Buffer.from(around(text))
      const line = { id, kind, text, bytes, length: bytes.length, run, offset, written: world.now }
      lines.push(line)
      run.lines.push(line)
      return line
    },
    lose() {
      const seen = new Map<Run, number>()
      for (const [node, run] of runs)
        if (node.seen.life === world.life) seen.set(run, Math.max(seen.get(run) ?? 0, node.seen.size))
      for (const run of all) {
        const end = readable(run)
        for (let i = run.lines.length - 1; i >= 0; i--) {
          const line = run.lines[i]!
          if (line.offset + line.length <= end) break
          if (line.gone !== undefined) continue
          line.gone = world.now
          if ((seen.get(run) ?? 0) > line.offset) line.seenBy = world.life
        }
      }
      for (const node of runs.keys()) if (node.links === 0 && node.opens === 0 && node.holders === 0) runs.delete(node)
    },
    stored(document) {
      const { message, offset, length, id } = document
      const texts = message.split('\n')
      const ids = idsIn(message)
      if (ids.length === 0) wrong.push(`document ${id} holds no line that was written: ${JSON.stringify(message)}`)
      for (const [i, each] of ids.entries()) {
        const line = lines[each - 1]
        if (line === undefined) {
          wrong.push(`document ${id} holds line ${each}, which was never written`)
          continue
        }
        stored.set(each, (stored.get(each) ?? 0) + 1)
        const expected = i === 0 ? line.text.slice(line.text.indexOf(' ') + 1) : line.text
        if (texts[i] !== expected)
          wrong.push(
            `document ${id} has ${JSON.stringify(texts[i])} for line ${each}, which is ${JSON.stringify(line.text)}`,
          )
        if (line.kind === 'drop' || line.kind === 'bad' || line.kind === 'poison')
          wrong.push(`document ${id} holds line ${each}, which is ${line.kind}`)
        if (i > 0 || line.accepted !== undefined) continue
        if (line.offset !== offset) wrong.push(`document ${id} says offset ${offset} of line ${each} at ${line.offset}`)
        if (!line.run.joined && line.length !== length)
          wrong.push(`document ${id} covers ${length} bytes, line ${each} has ${line.length}`)
      }
    },
    redirect({ message }) {
      for (const id of idsIn(message)) redirected.add(id)
    },
    redirected,
    runAt(head) {
      if (head === undefined) return undefined
      const [first] = idsIn(Buffer.from(head).toString())
      return first === undefined ? undefined : lines[first - 1]?.run
    },
    storedTimes: ({ id }) => stored.get(id) ?? 0,
    describe({ id, kind, run, offset, written, gone }) {
      const files = disk
        .list(logVolume)
        .flatMap((name) => {
          const node = disk.get(`${logVolume}/${name}`, 'stat')
          return runs.get(node) === run ? [`${name} (inode ${node.number}, ${node.size} bytes)`] : []
        })
        .join(', ')
      const times = [`written at ${world.clock(written)}`]
      if (run.left !== undefined) times.push(`its file was put aside at ${world.clock(run.left)}`)
      if (gone !== undefined) times.push(`gone at ${world.clock(gone)}`)
      return `line ${id} (${kind}, ${run.name} at ${offset}; ${times.join(', ')}; now in ${files || 'no file'})`
    },
  }
  disk.onGone = () => truth.lose()
  return truth
}
