// `node .ci/node.js SCRIPT …`: runs a script of the project's tools under the Node 26 that npm installed, whatever Node
// npm itself runs on and whether or not npm linked that Node into node_modules/.bin.
import { delimiter, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { becomeInstalledNode, installedNode, isNewEnough } from '../src/cli/installed-node.js'

const [script, ...args] = process.argv.slice(2)
const own = installedNode()
const folders = [join(import.meta.dirname, '../node_modules/.bin')]
if (own !== undefined) folders.unshift(dirname(own))
process.env.PATH = [...folders, process.env.PATH].join(delimiter)

if (isNewEnough()) {
  process.argv = [process.execPath, resolve(script), ...args]
  await import(pathToFileURL(resolve(script)).href)
} else becomeInstalledNode([script, ...args])
