import { expect, test } from 'vitest'
import { ownCpuMs } from '../../src/base/host.js'
import { Burner } from '../../src/demo/burner.js'

test.each([1.3, 2])('the CPU time is %d times that of the work', (factor) => {
  const { workMs, paidMs } = serve(factor)
  expect((workMs + paidMs) / workMs).toBeGreaterThan(1 + 0.9 * (factor - 1))
  expect((workMs + paidMs) / workMs).toBeLessThan(1 + 1.1 * (factor - 1))
})

test('a healthy service pays nothing', () => {
  const { workMs, paidMs } = serve(1)
  expect(paidMs / workMs).toBeLessThan(0.05)
})

test('what is owed after much work is paid in parts', () => {
  const burner = new Burner(2)
  use(200)
  const before = ownCpuMs()
  burner.pay()
  expect(ownCpuMs() - before).toBeLessThan(50)
})

/** Serves 300 requests of 1 ms, and returns what was used for them and paid on top. */
function serve(factor: number): { workMs: number; paidMs: number } {
  const burner = new Burner(factor)
  let [workMs, paidMs] = [0, 0]
  for (let request = 0; request < 300; request++) {
    const startMs = ownCpuMs()
    use(1)
    const readyMs = ownCpuMs()
    burner.pay()
    workMs += readyMs - startMs
    paidMs += ownCpuMs() - readyMs
  }
  return { workMs, paidMs }
}

function use(ms: number): void {
  const endMs = ownCpuMs() + ms
  while (ownCpuMs() < endMs);
}
