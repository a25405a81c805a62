import { defineConfig } from 'vitest/config'

/** Tests that measure real services: one after the other, when nothing else wants the machine. */
const TIMED = ['test/e2e/**/*.test.ts', 'test/readme.test.ts']

/** Tests against services that mean no good: many loads at once, so nothing else runs beside them. */
const CHAOS = ['test/chaos/**/*.test.ts']

/** What measures real time is tried again before it counts as failed: the machine may have had other work. */
const RETRIES = 2

export default defineConfig({
  test: {
    globalSetup: 'test/build.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...TIMED, ...CHAOS],
          // By default one core would stay idle.
          maxWorkers: '100%',
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'whole', include: TIMED, maxWorkers: 1, retry: RETRIES, sequence: { groupOrder: 2 } },
      },
      {
        extends: true,
        test: {
          name: 'chaos',
          include: CHAOS,
          maxWorkers: 1,
          maxConcurrency: 5,
          retry: RETRIES,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
