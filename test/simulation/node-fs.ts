import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type Disk, DiskError, type Inode } from './disk.ts'
import { watch } from './watch.ts'
import type { World } from './world.ts'

interface Handle {
  readonly node: Inode
  readonly path: string
  readonly appends: boolean
}
type Bytes = Uint8Array
type Encoding = BufferEncoding | { readonly encoding?: BufferEncoding } | undefined

/** The parts of Node's `fs` and `fs/promises` that the service uses, on a simulated disk. */
export interface SimulatedFs {
  readonly sync: Readonly<Record<string, unknown>>
  readonly promises: Readonly<Record<string, unknown>>
  /** Handles that are open. */
  readonly handles: ReadonlyMap<number, Handle>
  /** The process is gone, and all its handles with it. */
  closeAll(): void
}

const errno = (code: string, call: string, path: string): DiskError => new DiskError(code, call, path)

class Stats {
  readonly #isDirectory: boolean
  constructor(node: Inode, bigint: boolean) {
    this.#isDirectory = node.isDirectory
    const size = node.isDirectory ? 4096 : node.size
    const number = (value: number): number | bigint => (bigint ? BigInt(Math.floor(value)) : value)
    Object.assign(this, {
      dev: number(node.lasts ? 2 : 1),
      ino: number(node.number),
      size: number(size),
      nlink: number(node.links),
      mode: number(node.isDirectory ? 0o040755 : 0o100644),
      uid: number(1000),
      gid: number(1000),
      mtimeMs: number(node.modified),
      ctimeMs: number(node.modified),
      birthtimeMs: number(node.birth),
    })
  }
  isDirectory = (): boolean => this.#isDirectory
  isFile = (): boolean => !this.#isDirectory
  isSymbolicLink = (): boolean => false
}

const decoded = (bytes: Buffer, encoding: Encoding): Buffer | string => {
  const name = typeof encoding === 'string' ? encoding : encoding?.encoding
  return name === undefined ? bytes : bytes.toString(name)
}

export const createFs = (world: World, disk: Disk): SimulatedFs => {
  const handles = new Map<number, Handle>()
  let lastHandle = 20

  const see = (node: Inode): Inode => {
    if (node.seen.life !== world.life) node.seen = { life: world.life, size: 0 }
    node.seen.size = Math.max(node.seen.size, node.size)
    return node
  }
  const handle = (fd: number, call: string): Handle => {
    const open = handles.get(fd)
    if (open === undefined) throw errno('EBADF', call, String(fd))
    return open
  }
  const open = (path: string, given: string | number = 'r'): number => {
    // Only reading is asked for by number.
    const flags = typeof given === 'number' ? 'r' : given
    const there = disk.find(path)
    if (there !== undefined && flags.includes('x')) throw errno('EEXIST', 'open', path)
    if (there === undefined && flags.startsWith('r')) throw errno('ENOENT', 'open', path)
    if (there?.isDirectory && flags !== 'r') throw errno('EISDIR', 'open', path)
    const node = there ?? disk.create(path)
    if (flags.startsWith('w') && node.size > 0) disk.truncate(node, 0)
    disk.opened(node)
    handles.set(++lastHandle, { node, path, appends: flags.startsWith('a') })
    return lastHandle
  }
  const close = (fd: number): void => {
    const { node } = handle(fd, 'close')
    handles.delete(fd)
    disk.closed(node)
  }
  const readInto = (fd: number, buffer: Bytes, offset: number, length: number, position: number | null): number => {
    const { node } = handle(fd, 'read')
    if (position === null) throw new Error('the simulation reads at a position only')
    const count = Math.max(0, Math.min(length, node.size - position))
    buffer.set(node.content.subarray(position, position + count), offset)
    return count
  }
  const contentOf = (path: string): Buffer => {
    const node = disk.get(path, 'open')
    if (node.isDirectory) throw errno('EISDIR', 'read', path)
    return Buffer.from(node.content.subarray(0, node.size))
  }
  const statOf = (path: string, bigint = false): Stats => new Stats(see(disk.get(path, 'stat')), bigint)
  const writeAt = (fd: number, bytes: Bytes, position: number | undefined): number => {
    const { node, appends } = handle(fd, 'write')
    disk.write(node, appends || position === undefined ? node.size : position, bytes)
    return bytes.length
  }
  const makeDirectory = (path: string, recursive: boolean): string | undefined => {
    const there = disk.find(path)
    if (there !== undefined) {
      if (recursive && there.isDirectory) return undefined
      throw errno('EEXIST', 'mkdir', path)
    }
    if (recursive && disk.find(dirname(path)) === undefined) makeDirectory(dirname(path), true)
    disk.makeDirectory(path)
    return path
  }
  const remove = (path: string, { force = false }: { readonly force?: boolean } = {}): void => {
    if (disk.find(path) === undefined && force) return
    disk.unlink(path)
  }
  const entriesOf = (path: string, withFileTypes: boolean): unknown[] =>
    disk.list(path).map((name) => {
      if (!withFileTypes) return name
      const { isDirectory } = disk.get(join(path, name), 'stat')
      return { name, isDirectory: () => isDirectory, isFile: () => !isDirectory, isSymbolicLink: () => false }
    })

  const fileHandle = (fd: number, path: string) => ({
    fd,
    write(bytes: Bytes, offset = 0, length = bytes.length - offset, position?: number) {
      // Copied when it happens, as the system does: bytes must not change before.
      const part = (share: number): Bytes => bytes.subarray(offset, offset + Math.floor(length * share))
      return world.operate(
        `write ${length} bytes to ${path}${position === undefined ? '' : ` at ${position}`}`,
        () => {
          const some = world.random.chance(0.05) && length > 1 ? part(world.random.next()) : part(1)
          return { bytesWritten: writeAt(fd, some, position), buffer: bytes }
        },
        { torn: () => void writeAt(fd, part(world.random.next()), position) },
      )
    },
    writeFile(data: Bytes | string) {
      const bytes = typeof data === 'string' ? Buffer.from(data) : data
      return world.operate(`write ${bytes.length} bytes to ${path}`, () => void writeAt(fd, bytes, undefined), {
        torn: () => void writeAt(fd, bytes.subarray(0, world.random.between(0, bytes.length)), undefined),
      })
    },
    read: (buffer: Bytes, offset: number, length: number, position: number | null) =>
      world.operate(`read ${path}`, () => ({ bytesRead: readInto(fd, buffer, offset, length, position), buffer })),
    readFile: (encoding?: Encoding) => world.operate(`read ${path}`, () => decoded(contentOf(path), encoding)),
    stat: ({ bigint = false } = {}) =>
      world.operate(`stat ${path}`, () => new Stats(see(handle(fd, 'fstat').node), bigint)),
    truncate: (size = 0) =>
      world.operate(`truncate ${path} to ${size}`, () => disk.truncate(handle(fd, 'ftruncate').node, size)),
    sync: () => world.operate(`fsync ${path}`, () => disk.sync(handle(fd, 'fsync').node)),
    datasync: () => world.operate(`fdatasync ${path}`, () => disk.sync(handle(fd, 'fdatasync').node)),
    close: () => world.operate(`close ${path}`, () => close(fd)),
  })

  const read = (
    fd: number,
    buffer: Bytes,
    offset: number,
    length: number,
    position: number | null,
    done: (error: unknown, bytesRead?: number, buffer?: Bytes) => void,
  ): void => {
    world
      .operate(`read ${handles.get(fd)?.path} at ${position}`, () => readInto(fd, buffer, offset, length, position))
      .then(
        (bytesRead) => done(null, bytesRead, buffer),
        (error: unknown) => done(error),
      )
  }
  const readPromised = (...[fd, buffer, offset, length, position]: Parameters<typeof read>) =>
    world.operate(`read ${handles.get(fd)?.path} at ${position}`, () => ({
      bytesRead: readInto(fd, buffer, offset, length, position),
      buffer,
    }))
  Object.defineProperty(read, promisify.custom, { value: readPromised })

  const promises = {
    open: (path: string, flags?: string) =>
      world.operate(`open ${path} ${flags ?? 'r'}`, () => fileHandle(open(path, flags), path)),
    mkdir: (path: string, options?: number | { readonly recursive?: boolean }) =>
      world.operate(`mkdir ${path}`, () =>
        makeDirectory(path, typeof options === 'object' && options.recursive === true),
      ),
    readdir: (path: string, { withFileTypes = false } = {}) =>
      world.operate(`readdir ${path}`, () => entriesOf(path, withFileTypes)),
    stat: (path: string, { bigint = false } = {}) => world.operate(`stat ${path}`, () => statOf(path, bigint)),
    lstat: (path: string, { bigint = false } = {}) => world.operate(`stat ${path}`, () => statOf(path, bigint)),
    realpath: (path: string) => world.operate(`realpath ${path}`, () => sync.realpathSync(path)),
    readFile: (path: string, encoding?: Encoding) =>
      world.operate(`read ${path}`, () => decoded(contentOf(path), encoding)),
    rename: (from: string, to: string) => world.operate(`rename ${from} to ${to}`, () => disk.rename(from, to)),
    rm: (path: string, options?: { readonly force?: boolean }) =>
      world.operate(`rm ${path}`, () => remove(path, options)),
    unlink: (path: string) => world.operate(`unlink ${path}`, () => disk.unlink(path)),
    truncate: (path: string, size = 0) =>
      world.operate(`truncate ${path} to ${size}`, () => disk.truncate(disk.get(path, 'truncate'), size)),
    copyFile: (from: string, to: string) =>
      world.operate(`copy ${from} to ${to}`, () => {
        const bytes = contentOf(from)
        const node = disk.find(to) ?? disk.create(to)
        disk.truncate(node, 0)
        disk.write(node, 0, bytes)
      }),
  }
  const sync = {
    read,
    readSync: readInto,
    openSync: open,
    closeSync: close,
    fstatSync: (fd: number, { bigint = false } = {}) => new Stats(see(handle(fd, 'fstat').node), bigint),
    statSync(path: string, { bigint = false, throwIfNoEntry = true } = {}) {
      return disk.find(path) === undefined && !throwIfNoEntry ? undefined : statOf(path, bigint)
    },
    lstatSync: (path: string, options: { readonly throwIfNoEntry?: boolean } = {}) => sync.statSync(path, options),
    realpathSync: (path: string) => (disk.get(path, 'realpath') === undefined ? '' : path),
    readlinkSync: (path: string) => {
      throw errno('EINVAL', 'readlink', path)
    },
    statfsSync: () => ({ bavail: 1 << 30, bsize: 4096 }),
    unlinkSync: (path: string) => disk.unlink(path),
    writeSync: (fd: number, bytes: Bytes, offset: number, length: number, position: number) =>
      writeAt(fd, bytes.subarray(offset, offset + length), position),
    watch,
    existsSync: (path: string) => disk.find(path) !== undefined,
    readFileSync: (path: string, encoding?: Encoding) => decoded(contentOf(path), encoding),
  }
  return {
    sync,
    promises,
    handles,
    closeAll() {
      for (const { node } of handles.values()) disk.closed(node)
      handles.clear()
    },
  }
}
