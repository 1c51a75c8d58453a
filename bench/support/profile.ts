import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What `node --cpu-prof` writes, as far as it is read here. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly url: string; readonly functionName: string }
    readonly children?: readonly number[]
  }[]
  readonly samples: readonly number[]
  /** Microseconds. */
  readonly timeDeltas: readonly number[]
}

/** The share of the profile's busy time that was spent in functions of these files, or called by them: 0 to 1. */
export const shareOf = async (directory: string, files: RegExp): Promise<number> => {
  let busy = 0
  let within = 0
  for (const name of await readdir(directory)) {
    const { nodes, samples, timeDeltas } = JSON.parse(await readFile(join(directory, name), 'utf8')) as Profile
    const byId = new Map(nodes.map((node) => [node.id, node]))
    const marked = new Set<number>()
    const mark = (id: number, above: boolean): void => {
      const { callFrame, children = [] } = byId.get(id)!
      const here = above || files.test(callFrame.url)
      if (here) marked.add(id)
      for (const child of children) mark(child, here)
    }
    mark(nodes[0]!.id, false)
    for (const [i, id] of samples.entries()) {
      if (byId.get(id)!.callFrame.functionName === '(idle)') continue
      busy += timeDeltas[i]!
      if (marked.has(id)) within += timeDeltas[i]!
    }
  }
  if (busy === 0) throw new Error(`there is no profile in ${directory}`)
  return within / busy
}
