import { parseProxies } from '../access/proxies.ts'
import { createRefusals } from '../access/refusals.ts'
import type { Alert } from '../alert/alert.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { dashboard } from '../web/dashboard/dashboard.ts'
import { startWeb, type Web } from '../web/server.ts'
import type { Context } from './context.ts'
import { OperationError } from './control.ts'
import { digestPage } from './digest-page.ts'
import type { Digests } from './digests.ts'
import { readinessOf } from './health.ts'
import type { Config } from './load.ts'
import { openAccess } from './open-access.ts'
import { createOverview } from './page.ts'
import type { Pushed } from './pushed.ts'
import type { Troubles } from './troubles.ts'

export interface WebParts {
  readonly config: Config
  readonly demo: boolean
  readonly log: Logger
  readonly metrics: Metrics
  readonly troubles: Troubles
  /** Undefined while the service starts. */
  readonly context: () => Context | undefined
  readonly alerts: () => readonly Alert[]
  readonly elsewhere: () => string | undefined
  readonly digests: () => Digests | undefined
  readonly pushed: Pushed
}

/** Opens the page, health and metrics, before anything is read. Undefined: without. Throws with the mending words. */
export const openWeb = async ({
  config,
  log,
  metrics,
  troubles,
  digests,
  pushed,
  ...parts
}: WebParts): Promise<Web | undefined> => {
  if (config.web === false) return undefined
  const { host, port, limits, proxies } = config.web
  const overview = createOverview({ config, troubles: () => readinessOf(troubles.now()).reasons, ...parts })
  const { access, audit, close } = await openAccess(config, config.web, log, metrics)
  try {
    const web = await startWeb({
      host,
      port,
      limits,
      ...(access === undefined ? {} : { access }),
      isProxy: parseProxies(proxies)!,
      audit,
      ready: () => readinessOf(troubles.now()),
      metrics: () => metrics.render(),
      pages: {
        '/': async ({ query, lang, nonce, visitor }) => ({
          html: dashboard(await overview(query, lang), nonce, visitor),
        }),
        '/digest': (request) => digestPage(digests(), request),
      },
      routes: pushed.routes,
      report: (text) => log.error(text),
      refused: createRefusals({
        listener: 'the web server',
        count: (reason) => metrics.refusals.inc({ listener: 'web', reason }),
        report: (text) => log.warn(text),
      }),
    })
    return { address: web.address, close: () => web.close().then(close, close) }
  } catch (error) {
    await close()
    const why = mending[(error as NodeJS.ErrnoException).code ?? '']
    if (why === undefined) throw error
    throw new OperationError(3, `the web server cannot listen on ${host}:${port}: ${why}`, { cause: error })
  }
}

const mending: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'another program does already. Stop it, or take another port (TAILRACE_LISTEN=127.0.0.1:7381), or go without (--no-web)',
  EACCES: 'this user may not. Take a port from 1024 on (TAILRACE_LISTEN=127.0.0.1:7380)',
  EADDRNOTAVAIL: 'this machine has no such address. Set TAILRACE_LISTEN or web.host to one it has',
  ENOTFOUND: 'there is no such name. Set TAILRACE_LISTEN or web.host to an address of this machine',
}
