import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** End to end, and done in a few seconds: enough to see that the program works. */
const SMOKE = ['try', 'expect', 'data', 'init', 'uploads'].map((name) => `test/e2e/${name}.test.ts`)

/** Parts that take real threads, sockets or a browser for several seconds. */
const REAL = [
  'test/chaos/ab.test.ts',
  'test/load/fleet/threads.test.ts',
  'test/load/http/mixed.test.ts',
  'test/report/html.chromium.test.ts',
  'test/report/live/web/live-web.test.ts',
]

/** Verdicts about real services: one after the other, when nothing else wants the machine. */
const VERDICTS = ['test/e2e/verdict/**/*.test.ts', 'test/readme.test.ts']

/** Thousands of sessions and inputs in virtual time: true whatever the machine does, but long. */
const SIMULATIONS = ['test/simulation/**/*.test.ts', 'test/fuzz/**/*.test.ts']

/** Against services that mean no good: many loads at once, so nothing else but another one runs beside them. */
const CHAOS = ['test/chaos/**/*.test.ts']

/** What measures real time is tried again before it counts as failed: the machine may have had other work. */
const RETRIES = 2

export default defineConfig({
  test: {
    globalSetup: 'test/build.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      project('unit', {
        include: ['test/**/*.test.ts'],
        exclude: ['test/e2e/**', ...REAL, ...VERDICTS, ...SIMULATIONS, ...CHAOS],
        // On a machine of two cores, one more: some wait for timeouts.
        maxWorkers: Math.max(3, availableParallelism()),
        isolate: false,
      }),
      project('smoke', { include: SMOKE, maxWorkers: 2, retry: RETRIES }),
      project('e2e', {
        include: ['test/e2e/*.test.ts', ...REAL],
        exclude: SMOKE,
        // They wait most of the time.
        maxWorkers: 3,
        retry: RETRIES,
      }),
      project('simulation', { include: SIMULATIONS, maxWorkers: '100%' }),
      project('verdict', { include: VERDICTS, maxWorkers: 1, retry: RETRIES }),
      project('chaos', { include: CHAOS, exclude: REAL, maxWorkers: 2, maxConcurrency: 5, retry: RETRIES }),
    ],
  },
})

/** One after the other, in the order of the list. */
function project(name: string, options: object) {
  const order = ['unit', 'smoke', 'e2e', 'simulation', 'verdict', 'chaos'].indexOf(name)
  return { extends: true as const, test: { name, ...options, sequence: { groupOrder: order } } }
}
