/**
 * Virtual time for code that reads the clock and sets timers.
 */
import { performance } from 'node:perf_hooks'
import { vi } from 'vitest'

/** Time stands still, and passes only by `vi.advanceTimersByTime` and the like. Returns how to let it go on. */
export function stopTime(): () => void {
  vi.useFakeTimers()
  const { performance: virtual } = globalThis
  // The clock reads the object of the module, which fake timers leave alone.
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => virtual.now())
  return () => {
    clock.mockRestore()
    vi.useRealTimers()
  }
}
