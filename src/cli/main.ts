import { readFileSync } from 'node:fs'
import { enableCompileCache, findPackageJSON } from 'node:module'
import { resolveTailrace } from './resolve.ts'

enableCompileCache()
resolveTailrace()
const { version } = JSON.parse(readFileSync(findPackageJSON(import.meta.url) as string, 'utf8')) as { version: string }
console.log(version)
