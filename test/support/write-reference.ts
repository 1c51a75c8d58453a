import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { resolveTailrace } from '../../src/cli/resolve.ts'

/** `npm run docs`: writes src/REFERENCE.md. */
resolveTailrace()
const { referenceDocument } = await import('./reference-document.ts')
writeFileSync(join(import.meta.dirname, '../../src/REFERENCE.md'), await referenceDocument())
