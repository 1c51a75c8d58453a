import { readFileSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { controlVariable, openControl } from './control.ts'
import { partNames, parts } from './parts.ts'

/** Names that the selected test files give to `needs`. */
async function wantedParts(project: TestProject) {
  // Vitest's own name for the command line's file filters; without it every test file counts.
  const { filenamePattern } = project.vitest as unknown as { filenamePattern?: string[] }
  const { testFiles } = await project.globTestFiles(filenamePattern)
  const text = testFiles.map((file) => readFileSync(file, 'utf8')).filter((each) => each.includes("/needs.ts'"))
  return partNames.filter((name) => text.some((each) => each.includes(`'${name}'`)))
}

/** Runs once, before the tests: fetches what may be fetched, opens the control server, ends everything afterwards. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  for (const name of await wantedParts(project)) {
    const part = parts[name]
    if (!part.fetched || part.missing() === undefined) continue
    console.log(`fetching ${name} for its tests`)
    await part.bring().catch((error) => console.log(`${name} cannot be had: ${error.message.split('\n')[0]}`))
  }
  const control = await openControl()
  process.env[controlVariable] = control.url
  return async () => {
    delete process.env[controlVariable]
    await control.close()
  }
}
