/**
 * All faults at once, for a few seconds. Longer, and with other seeds: `npm run chaos -- --seconds 600 --seed 7`.
 */
import { expect, test } from 'vitest'
import { runMixture } from './mixture.js'

test('200 users at full speed lose nothing, and leave nothing behind', async () => {
  const { complaints } = await runMixture({ seconds: 20, seed: 1 })
  expect(complaints).toEqual([])
}, 90_000)
