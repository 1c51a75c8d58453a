import { existsSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { runLogrotate } from '../support/logrotate.ts'
import { needs } from '../support/needs.ts'
import { type Nginx, startNginx } from '../support/nginx.ts'
import { scratchDir } from '../support/scratch-dir.ts'
import { createService } from '../support/service.ts'
import { waitUntil } from '../support/wait-until.ts'
import { type Sent, startWebLoad, type WebLoad } from '../support/web-load.ts'

/** What makes nginx open its log anew; what it still writes meanwhile must not be packed before. */
const reopen = ({ pid }: Nginx): string[] => [
  'sharedscripts',
  'postrotate',
  `kill -USR1 ${pid}`,
  'sleep 1',
  'endscript',
]

/** As they stand in /etc/logrotate.d. */
const manners: Readonly<Record<string, (nginx: Nginx) => string[]>> = {
  'create, delaycompress': (nginx) => ['rotate 20', 'create', 'compress', 'delaycompress', ...reopen(nginx)],
  'create, compress': (nginx) => ['rotate 20', 'create', 'compress', ...reopen(nginx)],
  'dateext, compress': (nginx) => [
    'rotate 20',
    'create',
    'dateext',
    'dateformat -%Y%m%d-%s',
    'compress',
    ...reopen(nginx),
  ],
  copytruncate: () => ['rotate 20', 'copytruncate'],
  'copytruncate, compress': () => ['rotate 20', 'copytruncate', 'compress'],
}

needs('nginx', 'logrotate')('a real nginx under load, rotated by the real logrotate', () => {
  const folder = scratchDir('tailrace-logrotate')
  for (const [name, directives] of Object.entries(manners)) {
    test(`${name}: each request is stored once, while followed and while stopped`, { timeout: 240_000 }, async () => {
      const logs = `${folder.path}/${name.replaceAll(/\W+/g, '-')}`
      await using nginx = await startNginx({ logDir: logs })
      await using service = createService({ TAILRACE_NGINX_ACCESS: nginx.accessLog, TAILRACE_NAMESPACE: 'real' })
      const load: WebLoad = startWebLoad(nginx.port)
      let requests: ReadonlyMap<number, Sent>
      const counted = async (): Promise<number> =>
        Number((await service.rows(['stats', '--dataset', 'nginx.access']))[0]?.['count'] ?? 0)
      const more = async (count: number): Promise<void> => {
        const from = load.answered
        await waitUntil('the load goes on', () => load.answered > from + count)
      }
      const rotate = async (): Promise<void> => {
        const run = async (): Promise<void> => runLogrotate(folder.path, nginx.accessLog, directives(nginx))
        // What is written between copying and truncating is in no file any more: nobody could read that.
        await (name.startsWith('copytruncate') ? nginx.standing(run) : run())
        await waitUntil('the log is there', () => existsSync(nginx.accessLog))
      }
      try {
        service.start()
        await waitUntil('the first are stored', async () => (await counted()) > 100)
        await rotate()
        await more(150)
        await rotate()
        await more(150)
        await service.end('SIGKILL')
        await rotate()
        await more(150)
        await rotate()
        await more(100)
        service.start()
        await more(150)
        await rotate()
        await more(100)
      } finally {
        requests = await load.stop()
      }
      await waitUntil('all is stored', async () => (await counted()) >= requests.size, { timeout: 180_000, every: 500 })
      // What would be read again is read within some looks.
      await sleep(2000)
      expect(await counted()).toBe(requests.size)
      const fields = 'url.original,nginx.access.request'
      const seen = new Set<number>()
      for (const row of await service.rows([
        'search',
        '-n',
        '200000',
        '--dataset',
        'nginx.access',
        '--fields',
        fields,
      ])) {
        const { url, nginx: own } = row as { url?: { original: string }; nginx?: { access?: { request?: string } } }
        seen.add(Number(/load\/(\d+)/.exec(url?.original ?? own?.access?.request ?? '')?.[1]))
      }
      expect(seen).toEqual(new Set(requests.keys()))
      expect(await service.end('SIGTERM')).toBe(143)
      expect(await service.accounted()).toMatchObject({ balanced: true, verified: true, lost: 0, dead_lettered: 0 })
      expect(service.said()).not.toMatch(/ (error|fatal) /)
      // The manner was what it says.
      const packed = readdirSync(logs).filter((file) => file.endsWith('.gz'))
      if (name.includes('compress')) expect(packed.length).toBeGreaterThan(0)
      else expect(packed).toEqual([])
    })
  }
  afterAll(() => folder.remove())
})
