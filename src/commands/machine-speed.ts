/**
 * How many requests a second one core of this machine can send: measured, since no figure of a CPU tells.
 */
import { formatCount } from '../base/units.js'
import { startDemo } from '../demo/spawn.js'
import { runScenario } from '../run/run.js'
import { readScenario } from '../scenario/read.js'
import type { Check } from './machine-checks.js'

/** Users enough to keep a core busy; the service answers as fast as it can. */
const LOAD = `
load: { warmup: 1s, vus: 50, duration: 2s }
requests: [{ get: /api/services/1 }]
`

/** Of a core: beyond, requests are sent late. */
const SHARE_MAX = 0.7

/** A quarter of a second of CPU time is enough to tell. */
const CPU_SECONDS_MIN = 0.25

/**
 * Sends small requests to a service on this machine for 3 s. Returns the requests that a core sends in a second of CPU time,
 * whatever else runs on it; null if that can't be told.
 */
export async function measureSpeed(): Promise<number | null> {
  const demo = await startDemo({ slow: 0.001 })
  try {
    const { totals, generator, durationSeconds } = await runScenario(
      readScenario(LOAD, { file: 'doctor', env: {} }),
      {
        target: demo.url,
        workers: 1,
        seed: 1,
      },
    )
    const [worker] = generator.workers
    const cpuSeconds = (worker?.cpu ?? worker?.eventLoopUtilization ?? 0) * durationSeconds
    return cpuSeconds < CPU_SECONDS_MIN || totals.failed > 0 ? null : totals.requests / cpuSeconds
  } finally {
    await demo.stop()
  }
}

/** What the speed means for a load; null if it isn't known. */
export function checkSpeed(perCore: number | null, cores: number): Check | null {
  if (perCore === null) return null
  // Two digits: it is a measurement.
  const round = (rate: number) => formatCount(Number(rate.toPrecision(2)))
  return {
    state: 'good',
    name: 'speed',
    value: `${round(perCore)}/s`,
    meaning: `requests that a core can send; plan with ${round(cores * perCore * SHARE_MAX)}/s for this machine, and half of that with TLS, checks or large bodies`,
    fix: null,
  }
}
