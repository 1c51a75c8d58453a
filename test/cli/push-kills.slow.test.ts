import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { lumberjack } from '../support/lumberjack.ts'
import { writePushConfig } from '../support/push-config.ts'
import { scratchDir } from '../support/scratch-dir.ts'
import { served } from '../support/served.ts'
import { rowsOf } from '../support/service.ts'
import { tailrace } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

/** Milliseconds after which it is killed, life by life: while it starts, reads, keeps and delivers. */
const lives = [1500, 2300, 1900, 2700, 2100]
const perBatch = 20

test('clients that send again until they are answered lose nothing and double nothing, whenever the service is killed', async () => {
  using directory = scratchDir('push-kills')
  const [web, port] = [await freePort(), await freePort()]
  writePushConfig(directory.path, `http({ name: 'shop' })`)
  const environment = { TAILRACE_LISTEN: `127.0.0.1:${web}`, TAILRACE_BEATS_LISTEN: `127.0.0.1:${port}` }
  const service = served(directory.path)
  const done = new AbortController()
  const sent = { http: 0, beats: 0 }

  /** One request after another, each until it is answered. */
  const byHttp = async (): Promise<void> => {
    for (let batch = 0; !done.signal.aborted; batch++) {
      const body = Array.from({ length: perBatch }, (_, i) => `{"message":"http ${batch * perBatch + i}"}\n`).join('')
      const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': `batch ${batch}` }
      for (let status = 0; status !== 202; ) {
        const answer = await fetch(`http://127.0.0.1:${web}/ingest/shop`, { method: 'POST', body, headers }).catch(
          () => undefined,
        )
        status = answer?.status ?? 0
        await answer?.arrayBuffer().catch(() => undefined)
        if (status !== 202) await sleep(20)
      }
      sent.http += perBatch
    }
  }
  const byBeats = async (): Promise<void> => {
    for (let batch = 0; !done.signal.aborted; batch++) {
      const events = Array.from({ length: perBatch }, (_, i) => ({
        '@timestamp': '2026-11-27T08:00:00.000Z',
        message: `{"message":"beats ${batch * perBatch + i}"}`,
        log: { file: { path: '/var/log/app.json' }, offset: batch * perBatch + i },
        agent: { id: 'agent', ephemeral_id: 'life', name: 'web-1' },
      }))
      for (let acknowledged = false; !acknowledged; ) {
        const sender = await lumberjack(port).catch(() => undefined)
        acknowledged = await (sender?.send(events) ?? Promise.reject(new Error('nobody listens'))).then(
          () => true,
          () => false,
        )
        sender?.close()
        if (!acknowledged) await sleep(20)
      }
      sent.beats += perBatch
    }
  }
  const senders = [byHttp(), byBeats()]
  try {
    for (const life of lives) {
      service.run([], environment)
      await sleep(life)
      await service.end('SIGKILL')
    }
    service.run([], environment)
    const before = { ...sent }
    await waitUntil('both get through again', () => sent.http > before.http && sent.beats > before.beats, {
      timeout: 180_000,
    })
    done.abort()
    await Promise.all(senders)
    const all = sent.http + sent.beats
    await waitUntil(
      'all is stored and accounted for',
      async () => {
        const ledger = await tailrace(directory.path, ['ledger', '--verify', '--format', 'ndjson'], { environment })
        expect(rowsOf(ledger.out).at(-1)).toMatchObject({
          total: { stored: all, dead_lettered: 0, lost: 0, in_flight: 0, verified: true, balanced: true },
        })
        return true
      },
      { timeout: 180_000 },
    )
    const { out } = await tailrace(
      directory.path,
      ['stats', '--metric', 'count,unique(message)', '--format', 'ndjson'],
      {
        environment,
      },
    )
    const [{ count, ...metrics }] = rowsOf(out) as [Record<string, unknown>]
    expect(count).toBe(all)
    // Approximate from some thousands on; exact counts are the ledger's.
    expect(Math.abs(Number(metrics['unique(message)']) - all) / all).toBeLessThan(0.05)
    const doubled = await tailrace(directory.path, ['stats', '--by', 'message', '--top', '10', '--format', 'ndjson'], {
      environment,
    })
    expect(rowsOf(doubled.out).every((row) => row['count'] === 1)).toBe(true)
  } finally {
    done.abort()
    await service.end('SIGTERM')
  }
}, 240_000)
