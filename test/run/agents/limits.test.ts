import { describe, expect, test } from 'vitest'
import { isAllowedHost } from '../../../src/load/http/layers/allowed.js'
import type { WindowData } from '../../../src/load/measure/window-recorder.js'
import { makePlan } from '../../../src/plan/make-plan.js'
import { type AgentLimits, checkAgentLimits, RateWatch } from '../../../src/run/agents/limits.js'
import { readScenario } from '../../../src/scenario/read.js'
import { Sheet } from '../../../src/stats/sheet.js'

const planOf = (scenario: object, target = 'http://api.staging.example:8080') =>
  makePlan(
    readScenario(
      JSON.stringify({ load: { rate: '100/s', duration: '1s' }, requests: [{ get: '/' }], ...scenario }),
      { file: 'x.yaml', env: {} },
    ),
    { target, seed: 1, today: 0 },
  )
const NONE: AgentLimits = { hosts: null, proxies: [], ratePerSecond: null }
const STAGING = { ...NONE, hosts: ['*.staging.example'] }

test.each([
  ['api.staging.example', ['*.staging.example'], true],
  ['API.Staging.Example', ['*.staging.example'], true],
  ['a.b.staging.example', ['*.staging.example'], true],
  ['staging.example', ['*.staging.example'], false],
  ['api.staging.example.evil.test', ['*.staging.example'], false],
  ['apixstaging.example', ['api.staging.example'], false],
  ['10.0.3.7', ['10.0.*'], true],
  ['[::1]', ['::1'], true],
  ['localhost', ['one', 'localhost'], true],
  ['localhost', [], false],
])('%s is in %j: %s', (host, patterns, isAllowed) => {
  expect(isAllowedHost(host, patterns)).toBe(isAllowed)
})

describe('the limits of an agent', () => {
  test.each<[string, object, string | undefined, AgentLimits, string | null]>([
    ['none', {}, undefined, NONE, null],
    ['an allowed host', {}, undefined, STAGING, null],
    ['another host', {}, 'https://shop.example', STAGING, 'it must not send to shop.example'],
    [
      'another way there',
      { http: { connectTo: { 'api.staging.example:8080': 'victim.test:80' } } },
      undefined,
      STAGING,
      'it must not send to victim.test',
    ],
    [
      'a proxy',
      { http: { proxy: 'http://victim.test:80' } },
      undefined,
      STAGING,
      'it must not send to victim.test',
    ],
    [
      'its own proxy',
      { http: { proxy: 'http://proxy.test:80' } },
      undefined,
      { ...STAGING, proxies: ['proxy.test'] },
      null,
    ],
    [
      'a socket',
      { http: { socketPath: '/run/x.sock' } },
      undefined,
      STAGING,
      'it must not send to /run/x.sock',
    ],
    ['a rate within', {}, undefined, { ...NONE, ratePerSecond: 25 }, null],
    [
      'a rate beyond',
      {},
      undefined,
      { ...NONE, ratePerSecond: 24 },
      'its part is 25.0/s, but its --max-rate is 24.0/s',
    ],
  ])('%s', (_, scenario, target, limits, message) => {
    const check = () => checkAgentLimits(planOf(scenario, target), 4, limits)
    if (message === null) expect(check).not.toThrow()
    else expect(check).toThrow(message)
  })

  test('a closed load is counted by the second, over all workers, without journeys', () => {
    const plan = planOf({
      load: { vus: 1, duration: '1s' },
      requests: [{ name: 'shop', steps: [{ get: '/a' }, { get: '/b' }] }],
    })
    const watch = new RateWatch(plan, 5)
    const windowOf = (index: number, counts: readonly [journeys: number, good: number, bad: number]) => {
      const sheet = new Sheet(3)
      const [journeys, good, bad] = counts
      for (let i = 0; i < journeys; i++) sheet.row(0).recordJourney(1)
      for (let i = 0; i < good; i++) sheet.row(1).recordSuccess(200, 1, 1, 1)
      for (let i = 0; i < bad; i++) sheet.row(2).recordFailure('status', 'status 500', 500)
      return { index, sheet: sheet.take() } as WindowData
    }
    // A bunch of responses is no excess; a rate is.
    expect(watch.add(windowOf(0, [9, 7, 1]))).toBeNull()
    expect(watch.add(windowOf(0, [9, 3, 1]))).toBeNull()
    expect(watch.add(windowOf(1, [0, 5, 0]))).toBeNull()
    expect(watch.add(windowOf(2, [0, 7, 1]))).toBeNull()
    expect(watch.add(windowOf(3, [0, 1, 0]))).toBeNull()
    expect(watch.add(windowOf(4, [0, 10, 2]))).toBe('it sends more than its --max-rate of 5.00/s')
  })
})
