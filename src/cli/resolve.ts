import { registerHooks } from 'node:module'

/** `src/index.ts` in a clone, `dist/src/index.js` in an installed package. */
const publicEntry = new URL(import.meta.url.endsWith('.ts') ? '../index.ts' : '../index.js', import.meta.url).href

/**
 * Makes the bare name `tailrace` mean this very program, for whoever imports it: parsers, pipelines, and a
 * configuration that lies outside any package. Call it before the first such import, in each worker again.
 */
export function resolveTailrace(): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'tailrace' ? { url: publicEntry, shortCircuit: true } : next(specifier, context),
  })
}
