import { basename, dirname } from 'node:path'
import type { World } from './world.ts'

/** A change of a file that is not on disk yet. */
type Change = { readonly at: number; readonly bytes: Buffer } | { readonly size: number }
/** Names given and taken at once. */
type Naming = readonly (readonly [name: string, node: Inode | undefined])[]

/** A file or directory: what the system shows now, and what a power cut would leave. */
export interface Inode {
  readonly number: number
  readonly birth: number
  readonly isDirectory: boolean
  /** On the volume of logs, where nothing is ever forgotten: another disk, or another machine. */
  readonly lasts: boolean
  modified: number
  links: number
  /** Handles of the service, and of the programs that write to it. */
  opens: number
  holders: number
  /** Of a file. */
  content: Buffer
  size: number
  durable: Buffer
  changes: Change[]
  /** Of a directory. */
  entries: Map<string, Inode>
  durableEntries: Map<string, Inode>
  namings: Naming[]
  /** The largest size the service saw, and in which life. */
  seen: { life: number; size: number }
}

export class DiskError extends Error {
  readonly code: string
  constructor(code: string, call: string, path: string) {
    super(`${code}: simulated, ${call} '${path}'`)
    this.code = code
  }
}

/** What the data volume refuses at the moment. */
export interface Refusals {
  /** Nothing more can be written. */
  full: boolean
  /** The next so many calls of fsync fail, and what they should have made durable may be gone. */
  failingSyncs: number
}

/** A disk that forgets what was not synced: contents and, apart from them, names. */
export interface Disk {
  readonly refusals: Refusals
  find(path: string): Inode | undefined
  /** Throws `ENOENT`. */
  get(path: string, call: string): Inode
  list(path: string): readonly string[]
  makeDirectory(path: string): Inode
  create(path: string): Inode
  rename(from: string, to: string): void
  unlink(path: string): void
  write(node: Inode, at: number, bytes: Uint8Array): void
  truncate(node: Inode, size: number): void
  sync(node: Inode): void
  opened(node: Inode): void
  closed(node: Inode): void
  /** The same for a program that writes logs. */
  held(node: Inode): void
  letGo(node: Inode): void
  /** Power goes: only what was synced is sure to be there afterwards. */
  forget(): void
  /** Told when bytes are gone for good: a file nobody can open any more, or one cut short. */
  onGone: (node: Inode) => void
  /** Told of each path that changed. */
  onChange: (path: string, event: 'change' | 'rename') => void
}

/** Everything below it lies on the volume of logs. */
export const logVolume = '/simulated/logs'
export const dataVolume = '/simulated/data'

const nothing = Buffer.alloc(0)

export const createDisk = (world: World, reusesInodes: boolean): Disk => {
  const { random } = world
  /** Whose number it is now: a file that a power cut brings back may have lost it to another. */
  const used = new Map<number, Inode>()
  let last = 10

  const number = (): number => {
    let next = last + 1
    if (reusesInodes) for (next = 11; used.has(next); ) next++
    last = Math.max(last, next)
    return next
  }
  const make = (isDirectory: boolean, lasts: boolean): Inode => {
    const node = blank(isDirectory, lasts)
    used.set(node.number, node)
    return node
  }
  const blank = (isDirectory: boolean, lasts: boolean): Inode => ({
    number: number(),
    birth: world.now,
    isDirectory,
    lasts,
    modified: world.now,
    links: 1,
    opens: 0,
    holders: 0,
    content: nothing,
    size: 0,
    durable: nothing,
    changes: [],
    entries: new Map(),
    durableEntries: new Map(),
    namings: [],
    seen: { life: 0, size: 0 },
  })
  const root = make(true, true)

  const find = (path: string): Inode | undefined => {
    let node: Inode | undefined = root
    for (const part of path.split('/')) if (part !== '') node = node?.entries.get(part)
    return node
  }
  const get = (path: string, call: string): Inode => {
    const node = find(path)
    if (node === undefined) throw new DiskError('ENOENT', call, path)
    return node
  }
  const name = (directory: Inode, naming: Naming): void => {
    for (const [entry, node] of naming) {
      if (node === undefined) directory.entries.delete(entry)
      else directory.entries.set(entry, node)
    }
    directory.modified = world.now
    if (!directory.lasts) directory.namings.push(naming)
  }
  const settle = (node: Inode): void => {
    if (node.links > 0 || node.opens > 0) return
    if (node.holders === 0 && used.get(node.number) === node) used.delete(node.number)
    disk.onGone(node)
  }
  const refuseIfFull = (node: Inode, call: string): void => {
    if (disk.refusals.full && !node.lasts) throw new DiskError('ENOSPC', call, '')
  }
  const apply = (content: Buffer, change: Change): Buffer => {
    if ('size' in change) {
      const cut = Buffer.alloc(change.size)
      content.copy(cut)
      return cut
    }
    const { at, bytes } = change
    const grown = Buffer.alloc(Math.max(content.length, at + bytes.length))
    content.copy(grown)
    grown.set(bytes, at)
    return grown
  }

  /** What of a file's changes reached the disk: mostly the first of them, the last in part; now and then any. */
  const remembered = (node: Inode): Buffer => {
    const { changes } = node
    if (changes.length === 0) return node.durable
    const inOrder = random.chance(0.8)
    const some = random.between(0, changes.length)
    let content = node.durable
    for (const [i, change] of changes.entries()) {
      if (inOrder ? i > some : random.chance(0.5)) continue
      const torn = 'bytes' in change && (inOrder ? i === some : random.chance(0.3))
      content = apply(
        content,
        torn ? { at: change.at, bytes: change.bytes.subarray(0, random.between(0, change.bytes.length)) } : change,
      )
    }
    return content
  }
  const forgetBelow = (node: Inode): void => {
    if (!node.isDirectory) {
      if (!node.lasts) {
        node.content = Buffer.from(remembered(node))
        node.durable = Buffer.from(node.content)
        node.size = node.content.length
        node.changes = []
      }
      return
    }
    if (!node.lasts) {
      const kept = random.between(0, node.namings.length)
      node.entries = new Map(node.durableEntries)
      for (const naming of node.namings.slice(0, kept))
        for (const [entry, to] of naming) {
          if (to === undefined) node.entries.delete(entry)
          else node.entries.set(entry, to)
        }
      node.durableEntries = new Map(node.entries)
      node.namings = []
    }
    for (const below of node.entries.values()) forgetBelow(below)
  }

  const disk: Disk = {
    refusals: { full: false, failingSyncs: 0 },
    find,
    get,
    list: (path) => {
      const node = get(path, 'scandir')
      if (!node.isDirectory) throw new DiskError('ENOTDIR', 'scandir', path)
      return [...node.entries.keys()]
    },
    makeDirectory(path) {
      const parent = get(dirname(path), 'mkdir')
      if (parent.entries.has(basename(path))) throw new DiskError('EEXIST', 'mkdir', path)
      refuseIfFull(parent, 'mkdir')
      const node = make(true, path === logVolume || (parent.lasts && path !== dataVolume))
      name(parent, [[basename(path), node]])
      return node
    },
    create(path) {
      const parent = get(dirname(path), 'open')
      refuseIfFull(parent, 'open')
      const node = make(false, parent.lasts)
      name(parent, [[basename(path), node]])
      disk.onChange(path, 'rename')
      return node
    },
    rename(from, to) {
      const parent = get(dirname(from), 'rename')
      if (parent !== find(dirname(to))) throw new Error('the simulation renames within a directory only')
      const node = get(from, 'rename')
      const over = parent.entries.get(basename(to))
      name(parent, [
        [basename(from), undefined],
        [basename(to), node],
      ])
      if (over !== undefined && over !== node) {
        over.links--
        settle(over)
      }
      disk.onChange(from, 'rename')
      disk.onChange(to, 'rename')
    },
    unlink(path) {
      const parent = get(dirname(path), 'unlink')
      const node = get(path, 'unlink')
      name(parent, [[basename(path), undefined]])
      node.links--
      settle(node)
      disk.onChange(path, 'rename')
    },
    write(node, at, bytes) {
      refuseIfFull(node, 'write')
      const end = at + bytes.length
      if (end > node.content.length) {
        const grown = Buffer.alloc(Math.max(end, 2 * node.content.length, 256))
        node.content.copy(grown, 0, 0, node.size)
        node.content = grown
      }
      if (at > node.size) node.content.fill(0, node.size, at)
      node.content.set(bytes, at)
      node.size = Math.max(node.size, end)
      node.modified = world.now
      if (!node.lasts) node.changes.push({ at, bytes: Buffer.from(bytes) })
    },
    truncate(node, size) {
      const shorter = size < node.size
      if (size > node.size) disk.write(node, node.size, Buffer.alloc(size - node.size))
      node.size = size
      node.modified = world.now
      if (!node.lasts) node.changes.push({ size })
      if (shorter) disk.onGone(node)
    },
    sync(node) {
      if (disk.refusals.failingSyncs > 0 && !node.lasts) {
        disk.refusals.failingSyncs--
        // Linux marks the pages clean after the error: what is in them may never be written.
        if (!node.isDirectory && random.chance(0.7)) node.changes = []
        throw new DiskError('EIO', 'fsync', '')
      }
      if (node.isDirectory) {
        node.durableEntries = new Map(node.entries)
        node.namings = []
        return
      }
      for (const change of node.changes) node.durable = apply(node.durable, change)
      node.changes = []
    },
    opened(node) {
      node.opens++
    },
    closed(node) {
      node.opens--
      settle(node)
    },
    held(node) {
      node.holders++
    },
    letGo(node) {
      node.holders--
      settle(node)
    },
    forget: () => forgetBelow(root),
    onGone: () => {},
    onChange: () => {},
  }
  for (const path of ['/simulated', dataVolume, logVolume]) disk.makeDirectory(path)
  return disk
}
