import { expect, test, vi } from 'vitest'
import { Random } from '../../src/base/rng.js'
import { Delays } from '../../src/demo/delays.js'

test('fractions of a millisecond are right in the mean, though timers only know whole ones', async () => {
  vi.useFakeTimers()
  try {
    const delays = new Delays(new Random(1))
    const start = performance.now()
    for (let i = 0; i < 2000; i++) await elapse(delays.wait(7.3))
    expect((performance.now() - start) / 2000).toBeCloseTo(7.3, 1)
  } finally {
    vi.useRealTimers()
  }
})

test('a delay that is over already ends at the next turn', async () => {
  await new Delays(new Random(1)).wait(-5)
})

async function elapse(wait: Promise<void>): Promise<void> {
  vi.advanceTimersToNextTimer()
  await wait
}
