/** Names given so far, each with the function that captures it: one name has one type throughout a format. */
export type Names = Map<string, string>

/** ECS's names for values of a kind behind a word. */
const ecs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ip: {
    from: 'source.ip',
    client: 'source.ip',
    by: 'source.ip',
    src: 'source.ip',
    rhost: 'source.ip',
    to: 'destination.ip',
    dest: 'destination.ip',
  },
  int: { pid: 'process.pid' },
  word: { user: 'user.name', username: 'user.name', host: 'host.hostname' },
}

/** The last word of the text before a value, as a name: `user=`, `port `. */
const hintOf = (before: string): string | undefined => {
  const word = /([\p{L}_][\p{L}\p{N}_.-]*)[^\p{L}\p{N}]{0,3}$/u.exec(before.slice(-80))?.[1]
  const slug = word
    ?.replace(/(\p{Ll})(\p{Lu})/gu, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[\d_]+|_+$/g, '')
  return slug === undefined || slug === '' || slug.length > 40 ? undefined : slug
}

/** Gives the captures of one line their names. */
export const fieldNamer = (names: Names) => {
  const taken = new Set<string>()
  const isFree = (name: string, kind: string): boolean => !taken.has(name) && (names.get(name) ?? kind) === kind
  /** Whether the name could be had; it is this line's from now on. */
  const take = (name: string, kind: string): boolean => {
    if (!isFree(name, kind)) return false
    taken.add(name)
    names.set(name, kind)
    return true
  }
  return {
    take,
    /** A name for a value of `kind` that stands between these texts. */
    nameFor(kind: string, before: string, after: string): string {
      const hint = hintOf(before)
      const isPid = kind === 'int' && after.startsWith(']') && /[\p{L}\d_)]\[$/u.test(before)
      const known = isPid ? 'process.pid' : hint === undefined ? undefined : ecs[kind]?.[hint]
      if (known !== undefined && take(known, kind)) return known
      const own = `app.${hint ?? 'value'}`
      for (let n = 1; ; n++) {
        const name = n === 1 ? own : `${own}_${n}`
        if (take(name, kind)) return name
      }
    },
  }
}
