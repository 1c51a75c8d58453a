import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** What Docker knows of a container. All of it is text that somebody else wrote. */
export interface ContainerMetadata {
  readonly id: string | undefined
  readonly name: string | undefined
  readonly image: string | undefined
  readonly tag: string | undefined
  readonly labels: ReadonlyMap<string, string>
}

/** A file larger than this is not a container's. */
const largest = 4 << 20
/** Labels of a container, bytes of each, and of all of them, that its events carry. */
const mostLabels = 100
const longestText = 1024
const mostBytes = 16_384
const checkedEvery = 1000

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, longestText) : undefined

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined

const labelsOf = (given: unknown): ReadonlyMap<string, string> => {
  const labels = new Map<string, string>()
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return labels
  let bytes = 0
  for (const [name, value] of Object.entries(given)) {
    const label = name.slice(0, 256)
    if (typeof value !== 'string' || label === '' || labels.size === mostLabels) continue
    const kept = value.slice(0, longestText)
    bytes += Buffer.byteLength(label) + Buffer.byteLength(kept)
    if (bytes > mostBytes) break
    labels.set(label, kept)
  }
  return labels
}

/** `registry:5000/shop/web:1.2@sha256:…` → the name and the tag. */
const splitImage = (image: string): { readonly name: string; readonly tag: string | undefined } => {
  const named = image.replace(/@sha256:[0-9a-f]+$/, '')
  const colon = named.lastIndexOf(':')
  return colon > named.lastIndexOf('/') && colon > 0
    ? { name: named.slice(0, colon), tag: text(named.slice(colon + 1)) }
    : { name: named, tag: undefined }
}

/** The id is the name of the container's directory, whatever its metadata says. */
const idOf = (path: string): string | undefined =>
  /^[0-9a-f]{12,64}/.exec(basename(path))?.[0] ?? /^[0-9a-f]{12,64}$/.exec(basename(dirname(path)))?.[0]

const read = (file: string): Omit<ContainerMetadata, 'id'> => {
  let config: unknown
  try {
    config = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    // Half written, or none of ours: what can be told of the container is its id.
  }
  const image = text(member(member(config, 'Config'), 'Image'))
  const split = image === undefined ? undefined : splitImage(image)
  return {
    name: text(member(config, 'Name'))?.replace(/^\//, ''),
    image: split?.name,
    tag: split?.tag,
    labels: labelsOf(member(member(config, 'Config'), 'Labels')),
  }
}

const nothing = { name: undefined, image: undefined, tag: undefined, labels: new Map<string, string>() }

/**
 * What `config.v2.json` beside a container's log says, read once and again when it changed; looked at once a second at the
 * most. That it is missing, unreadable or nonsense is no error.
 */
export const dockerMetadata = (clock: () => number = Date.now): ((path: string) => ContainerMetadata) => {
  const known = new Map<string, { checked: number; mark: string; metadata: Omit<ContainerMetadata, 'id'> }>()
  return (path) => {
    const file = join(dirname(path), 'config.v2.json')
    const before = known.get(file)
    const now = clock()
    if (before !== undefined && now >= before.checked && now - before.checked < checkedEvery)
      return { id: idOf(path), ...before.metadata }
    let mark = ''
    try {
      const stats = statSync(file, { bigint: true, throwIfNoEntry: false })
      if (stats?.isFile() === true && stats.size <= largest) mark = `${stats.ino} ${stats.size} ${stats.mtimeNs}`
    } catch {
      // As if it were not there.
    }
    // A container that is removed loses the file before all of its log is read: what was known of it stays.
    const kept = mark === '' || mark === before?.mark ? before?.metadata : undefined
    const metadata = kept ?? (mark === '' ? nothing : read(file))
    known.set(file, { checked: now, mark: mark === '' ? (before?.mark ?? '') : mark, metadata })
    return { id: idOf(path), ...metadata }
  }
}
