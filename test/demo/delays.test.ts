import { expect, test, vi } from 'vitest'
import { Random } from '../../src/base/rng.js'
import { Delays } from '../../src/demo/delays.js'
import { stopTime } from '../fake-time.js'

test('the mean is accurate to fractions of a millisecond, although timers are not', async () => {
  const goOn = stopTime()
  try {
    const delays = new Delays(new Random(1))
    const start = performance.now()
    for (let i = 0; i < 2000; i++) await elapse(delays.wait(7.3))
    expect((performance.now() - start) / 2000).toBeCloseTo(7.3, 1)
  } finally {
    goOn()
  }
})

test('a delay in the past ends at the next turn', async () => {
  await new Delays(new Random(1)).wait(-5)
})

async function elapse(wait: Promise<void>): Promise<void> {
  vi.advanceTimersToNextTimer()
  await wait
}
