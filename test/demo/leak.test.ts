import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { beforeEach, expect, test, vi } from 'vitest'
import { Leak } from '../../src/demo/leak.js'
import { stopTime } from '../fake-time.js'

beforeEach(stopTime)

test('memory grows with time, and is let go at the end', () => {
  const leak = new Leak(10e6)
  const before = heapUsed()
  leak.start()
  vi.advanceTimersByTime(3000)
  const after = heapUsed()
  leak.stop()
  expect(after - before).toBeGreaterThan(28e6)
  expect(after - before).toBeLessThan(32e6)
  vi.advanceTimersByTime(3000)
  expect(heapUsed() - before).toBeLessThan(2e6)
})

test('without a rate, nothing is held and no timer runs', () => {
  new Leak(0).start()
  expect(vi.getTimerCount()).toBe(0)
})

test('a slow leak loses nothing in rounding', () => {
  const leak = new Leak(50_000)
  const before = heapUsed()
  leak.start()
  vi.advanceTimersByTime(600_000)
  expect(heapUsed() - before).toBeGreaterThan(28e6)
  leak.stop()
})

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What is still in use after a collection. */
function heapUsed(): number {
  collectGarbage()
  return getHeapStatistics().used_heap_size
}
