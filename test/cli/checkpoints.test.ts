import { expect, test } from 'vitest'
import { checkpointsSurvive } from '../support/checkpoints-survive.ts'

test('a damaged record of which file is which is made anew from what the store holds', {
  timeout: 300_000,
}, async () => {
  await expect(checkpointsSurvive({}, 'generations', 'garbage')).resolves.toBeUndefined()
})
