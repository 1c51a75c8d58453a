import { readFileSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'

const shell = (text: string): string => (/^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

/** Name of a group; undefined where the system does not tell. */
const groupOf = (gid: number): string | undefined => {
  try {
    const line = readFileSync('/etc/group', 'utf8')
      .split('\n')
      .find((one) => one.split(':')[2] === String(gid))
    return line?.split(':')[0]
  } catch {
    return undefined
  }
}

const statsOf = (path: string) => {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}

/** The command that lets this user read `path`: into the group that may, else by an access list. */
const letRead = (path: string): string => {
  // Of what lies in a closed directory nothing can be said: the directory is what must be opened.
  const seen = [path, dirname(path)]
    .map((one) => ({ one, stats: statsOf(one) }))
    .find(({ stats }) => stats !== undefined)
  const { username } = userInfo()
  const inside = seen?.stats?.isDirectory() === true
  const mode = inside ? 0o050 : 0o040
  const group = seen?.stats === undefined || seen.stats.gid === 0 ? undefined : groupOf(seen.stats.gid)
  if (
    group !== undefined &&
    (seen!.stats!.mode & mode) === mode &&
    process.getgroups?.().includes(seen!.stats!.gid) === false
  )
    return `sudo usermod -aG ${shell(group)} ${shell(username)} (then log in again)`
  return `sudo setfacl ${inside ? '-R ' : ''}-m u:${shell(username)}:rX ${shell(seen?.one ?? path)}`
}

const mending = (path: string, code: string): string => {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `permission denied. Let it be read: ${letRead(path)}`
    case 'ELOOP':
      return 'its links go round in a circle; remove one of them'
    case 'EMFILE':
      return 'too many open files; raise the limit: ulimit -n 65536'
    default:
      return code
  }
}

/** Why a file is not read, and how to mend it. `code`: Node's, as `EACCES`. */
export const cannotReadText = (path: string, code: string): string => `cannot read ${path}: ${mending(path, code)}`
