import { isDeepStrictEqual } from 'node:util'
import type { Web } from '../web/server.ts'
import type { Config } from './load.ts'

/** The web server as the configuration wants it. */
export interface WebKeeper {
  /** Where the page is; undefined: without. */
  readonly address: string | undefined
  /** Opens it, or opens it anew where its settings changed. Throws where that does not go: what was there before is there again. */
  follow(config: Config): Promise<void>
  close(): Promise<void>
}

export const createWebKeeper = (open: (config: Config) => Promise<Web | undefined>): WebKeeper => {
  let web: Web | undefined
  let shown: Config | undefined
  let work: Promise<void> = Promise.resolve()

  const become = async (config: Config): Promise<void> => {
    if (shown !== undefined && isDeepStrictEqual(shown.web, config.web)) return
    const before = shown
    await web?.close()
    web = undefined
    try {
      web = await open(config)
      shown = config
    } catch (error) {
      if (before !== undefined) web = await open(before)
      throw error
    }
  }
  return {
    get address() {
      return web?.address
    },
    follow(config) {
      const done = work.then(() => become(config))
      work = done.catch(() => undefined)
      return done
    },
    async close() {
      await work
      await web?.close()
    },
  }
}
