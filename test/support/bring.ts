import { cacheDir } from './cache.ts'
import { type PartName, partNames, parts } from './parts.ts'

/** `npm run test:bring [-- NAME…]`: fetches what tests need beyond npm into the cache. */
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !partNames.includes(name as PartName))
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}. There are: ${partNames.join(', ')}.`)
  process.exit(2)
}
console.log(`into ${cacheDir}`)
for (const name of asked.length > 0 ? (asked as PartName[]) : partNames) {
  try {
    await parts[name].bring()
    console.log(`${name}: there`)
  } catch (error) {
    process.exitCode = 1
    console.error(`${name}: ${error instanceof Error ? error.message : error}`)
  }
}
