import { expect, test } from 'vitest'
import { startSession } from './session.js'
import { answerAfter, countAll, startTarget } from './target.js'

test('a selftest of a target reports as JSON what this machine can detect, and exits 0', async () => {
  const headers = new Set<unknown>()
  const answer = answerAfter(10)
  const target = await startTarget((request, response) => {
    // The check whether the target can be reached sends none.
    if (request.method === 'GET') headers.add(request.headers['x-who'])
    answer(request, response)
  })
  const session = startSession({ 'a.yaml': 'load: { vus: 4 }\nrequests: [{ name: first, get: / }]\n' })
  const flags = ['-t', target.url, '--pairs', '1', '-d', '10s', '--report', 'json=-']
  flags.push('-H', 'x-who: me', '-u', '3', '--seed', '7', '--no-progress')
  const found = await session.perfctl(['selftest', 'a.yaml', ...flags])
  expect(found.code, found.stderr).toBe(0)
  const { schema, seconds, stored, ab } = JSON.parse(found.stdout)
  expect([schema, seconds]).toEqual(['perfctl/selftest@1', 10])
  for (const trial of [stored, ab]) {
    expect(trial).toMatchObject({ pairs: 1 })
    const p50 = trial.metrics.find(({ metric }: { metric: string }) => metric === 'p50')
    expect(p50.detectable).toBeGreaterThan(0)
  }
  expect(found.stderr).toMatch(/2 runs and 1 A\/B sessions?/)
  expect(found.stderr, '--no-progress').not.toMatch(/run 1 of 2|session 1 of 1/)
  expect([...headers]).toEqual(['me'])
  expect(countAll(target)).toBeGreaterThan(500)
}, 120_000)

test.each([
  ['no pairs', ['--pairs', '0']],
  ['too little time', ['--duration', '2s']],
  ['an unknown report', ['--report', 'html']],
])('%s is refused', async (_, flags) => {
  const found = await startSession().perfctl(['selftest', ...flags])
  expect(found.code, found.stdout).toBe(2)
  expect(found.stderr).toMatch(/hint: /)
})
