import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { findCommand } from './command.ts'

export interface Java {
  readonly home: string
  readonly major: number
}

const parents = [
  '/usr/lib/jvm',
  '/usr/lib64/jvm',
  '/opt/java',
  '/Library/Java/JavaVirtualMachines',
  '/opt/homebrew/opt',
  join(homedir(), '.sdkman/candidates/java'),
  join(homedir(), '.jdks'),
]

function* candidates(): Generator<string> {
  for (const [name, value] of Object.entries(process.env)) {
    if (/^JAVA_HOME/.test(name) && value) yield value
  }
  const inPath = findCommand('java')
  if (inPath) yield dirname(dirname(realpathSync(inPath)))
  for (const parent of parents) {
    if (!existsSync(parent)) continue
    for (const name of readdirSync(parent)) {
      yield join(parent, name)
      yield join(parent, name, 'Contents/Home')
    }
  }
}

/** An installed JDK of version `from` to `to`, the lowest there is. */
export function findJava(from: number, to = Number.POSITIVE_INFINITY): Java | undefined {
  const found: Java[] = []
  for (const home of candidates()) {
    const release = join(home, 'release')
    if (!existsSync(release) || !existsSync(join(home, 'bin/javac'))) continue
    const major = Number(/JAVA_VERSION="(?:1\.)?(\d+)/.exec(readFileSync(release, 'utf8'))?.[1])
    if (major >= from && major <= to) found.push({ home, major })
  }
  return found.sort((a, b) => a.major - b.major)[0]
}
