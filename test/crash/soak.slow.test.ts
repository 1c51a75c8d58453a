import { expect, test } from 'vitest'
import { ownEngine } from '../support/engine.ts'
import { needs } from '../support/needs.ts'
import { soak } from './soak-run.ts'

needs('elasticsearch')('a while of rotation while the store restarts', () => {
  test('nothing is lost or doubled, and neither memory nor handles grow', { timeout: 1_200_000 }, async () => {
    await using engine = await ownEngine('elasticsearch')
    const result = await soak({
      url: engine.url,
      seconds: 120,
      rotateEvery: 15,
      restartEvery: 40,
      restart: async () => {
        await engine.stop()
        await engine.start()
      },
      tell: () => undefined,
    })
    expect(result).toMatchObject({ wrong: [], stored: result.written })
    expect(result.rotations).toBeGreaterThan(1)
    expect(result.restarts).toBeGreaterThan(0)
  })
})
