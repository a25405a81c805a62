import { defineConfig } from 'vitest/config'

/** Tests that measure real services: one after the other, when nothing else wants the machine. */
const TIMED = ['test/e2e/**/*.test.ts', 'test/readme.test.ts']

export default defineConfig({
  test: {
    globalSetup: 'test/build.ts',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: TIMED,
          // By default one core would stay idle.
          maxWorkers: '100%',
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'whole', include: TIMED, maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
})
