import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/**
 * Writes a configuration that reads `log` as nginx access log through `steps` (`geoip()`), or those of the built-in
 * pipeline, without rules, and returns its path.
 */
export const writeConfiguration = async (
  folder: string,
  log: string,
  steps: readonly string[] | undefined,
): Promise<string> => {
  const parser = JSON.stringify(join(root, 'parsers/nginx-access.ts'))
  const source = `follow({ name: 'bench', paths: [${JSON.stringify(log)}] })`
  const own = `pipeline('bench').from(${source}).parse(nginxAccess)${(steps ?? []).map((step) => `.through(${step})`).join('')}`
  const builtin = JSON.stringify(join(root, 'pipelines/nginx.ts'))
  const text = `import { defineConfig, follow, geoip, pipeline, redact, urlTemplate, userAgent } from 'tailrace'
import { nginxAccess } from ${parser}
import builtin from ${builtin}
const chosen = ${steps === undefined ? `{ ...builtin, source: ${source}, rules: [] }` : own}
export default defineConfig({ pipelines: [chosen], digest: false })
`
  const path = join(await mkdtemp(join(folder, 'configuration-')), 'tailrace.config.ts')
  await writeFile(path, text)
  return path
}
