#!/usr/bin/env node
// What `tailrace` in a shell runs, under whatever Node the machine has (20 or newer): hands everything on to the
// Node 26 that was installed with the package. Plain JavaScript, because an older Node reads no types.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { becomeInstalledNode, isNewEnough } from './installed-node.js'

const sources = new URL('./main.ts', import.meta.url)
const main = existsSync(sources) ? sources : new URL('../../dist/src/cli/main.js', import.meta.url)

if (isNewEnough()) await import(main.href)
else becomeInstalledNode([fileURLToPath(main), ...process.argv.slice(2)])
