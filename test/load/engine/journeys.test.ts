import { describe, expect, test } from 'vitest'
import { closedLoad, openLoad, type Simulation, simulate } from '../simulate.js'

const CHECKOUT = `
requests:
  - name: checkout
    steps:
      - post: /login
        capture: { token: $.token }
      - pause: 100ms
      - get: /cart/{{ token }}
`

const service: NonNullable<Simulation['service']> = ({ path }) => ({
  afterMs: 10,
  body: { token: `for ${path}` },
})

async function run(simulation: Partial<Simulation> & { scenario: string }) {
  const simulated = await simulate({ load: closedLoad(), service, ...simulation })
  const requests = simulated.collector.requests(10)
  const of = (name: string) => requests.find((request) => request.name === name)!
  return { ...simulated, requests, of, paths: simulated.arrived.map(({ path }) => path) }
}

describe('a journey', () => {
  test('sends its steps in order, and knows what it captured', async () => {
    const { paths } = await run({ scenario: CHECKOUT, load: closedLoad({ iterations: 2 }) })
    expect(paths).toEqual(['/login', '/cart/for%20%2Flogin', '/login', '/cart/for%20%2Flogin'])
  })

  test('has a latency of its own, without its pauses', async () => {
    const { of } = await run({ scenario: CHECKOUT, load: closedLoad({ iterations: 5 }) })
    expect([of('checkout').kind, of('checkout').requests, of('checkout').latency.p50]).toEqual([
      'journey',
      5,
      expect.closeTo(20, 0),
    ])
    expect(of('checkout / POST /login').latency.p50).toBeCloseTo(10, 0)
    expect([of('checkout / POST /login').kind, of('checkout / GET /cart/{{ token }}').requests]).toEqual([
      'step',
      5,
    ])
  })

  test('is not counted in the totals beside its steps', async () => {
    const { collector } = await run({ scenario: CHECKOUT, load: closedLoad({ iterations: 5 }) })
    expect([collector.counted.requests, collector.total(10).requests]).toEqual([10, 10])
  })

  test('ends and fails at the first failed step', async () => {
    const { of, paths } = await run({
      scenario: CHECKOUT,
      load: closedLoad({ iterations: 3 }),
      service: () => ({ afterMs: 10, status: 500 }),
    })
    expect(paths).toEqual(['/login', '/login', '/login'])
    expect([of('checkout').failed, of('checkout').errors]).toEqual([
      3,
      [{ kind: 'status', message: 'status 500', count: 3 }],
    ])
  })

  test('fails if a response has nothing to capture', async () => {
    const { of, paths } = await run({
      scenario: CHECKOUT,
      load: closedLoad({ iterations: 1 }),
      service: () => ({ afterMs: 10, body: { other: 1 } }),
    })
    expect(paths).toEqual(['/login'])
    expect(of('checkout / POST /login').errors).toEqual([
      { kind: 'capture', message: 'token: $.token is missing', count: 1 },
    ])
  })

  test('continues with a default value', async () => {
    const { paths } = await run({
      scenario: CHECKOUT.replace('$.token }', '{ json: $.token, default: none } }'),
      load: closedLoad({ iterations: 1 }),
      service: () => ({ afterMs: 10, body: {} }),
    })
    expect(paths).toEqual(['/login', '/cart/none'])
  })

  test('repeats a step until its condition holds', async () => {
    const scenario = `
requests:
  - name: poll
    steps:
      - get: /job
        capture: { state: $.state }
        repeat: 10
        until: "{{ state }} == done"
      - if: "{{ state }} == done"
        get: /result
      - if: not {{ state }}
        get: /never
`
    let asked = 0
    const { paths } = await run({
      scenario,
      load: closedLoad({ iterations: 1 }),
      service: () => ({ afterMs: 10, body: { state: ++asked >= 3 ? 'done' : 'busy' } }),
    })
    expect(paths).toEqual(['/job', '/job', '/job', '/result'])
  })

  test('repeats steps together, a random number of times, the same for a seed', async () => {
    const scenario = `
requests:
  - name: browse
    steps:
      - repeat: 1..4
        steps: [{ get: /list }, { get: /item }]
`
    const load = closedLoad({ iterations: 20 })
    const [one, other] = [await run({ scenario, load }), await run({ scenario, load })]
    expect(one.paths).toEqual(other.paths)
    const rounds = one.paths.length / 2
    expect(one.paths.filter((path) => path === '/list')).toHaveLength(rounds)
    expect(rounds).toBeGreaterThan(25)
    expect(rounds).toBeLessThan(75)
  })

  test('without anything to send is in no figure, and does not loop forever', async () => {
    const scenario = `
requests:
  - name: none
    steps: [{ if: "{{ mode }} == on", get: / }]
data: { mode: ['off'] }
`
    const { of, arrived } = await run({ scenario, load: closedLoad({ iterations: 7 }) })
    expect([arrived.length, of('none').requests]).toEqual([0, 0])
  })

  test('does not send a request without the values that it needs', async () => {
    const scenario = `
requests:
  - name: j
    steps:
      - if: "{{ way }} == long"
        get: /a
        capture: { id: $.id }
      - get: /b/{{ id }}
data: { way: [short] }
`
    const { of, arrived } = await run({ scenario, load: closedLoad({ iterations: 2 }) })
    expect(arrived).toHaveLength(0)
    expect(of('j / GET /b/{{ id }}').errors).toEqual([
      { kind: 'capture', message: '{{ id }} has no value', count: 2 },
    ])
    expect(of('j').failed).toBe(2)
  })
})

describe('at the end of a load', () => {
  const long = `
requests:
  - name: long
    steps:
      - get: /a
      - pause: 3s
      - get: /b
`

  test('a journey in progress is finished, but steps due after the end are in no figure', async () => {
    const { of, paths, ends, overAt } = await run({
      scenario: long,
      load: closedLoad({ stages: [{ durationMs: 1000, target: 1 }] }),
    })
    expect(paths).toEqual(['/a', '/b'])
    expect(ends[0]!.stoppedMs).toBe(1000)
    expect(overAt).toBeGreaterThan(3000)
    expect([of('long / GET /a').requests, of('long / GET /b').requests, of('long').requests]).toEqual([
      1, 0, 1,
    ])
  })

  test('one that takes longer than the graceful stop counts as unfinished', async () => {
    const { of, paths } = await run({
      scenario: long,
      load: closedLoad({ stages: [{ durationMs: 1000, target: 1 }], gracefulStopMs: 500 }),
    })
    expect(paths).toEqual(['/a'])
    expect([of('long').requests, of('long').unfinished]).toEqual([0, 1])
  })
})

describe('per-user setup', () => {
  const scenario = `
beforeEach:
  - post: /login
    capture: { token: $.token }
requests:
  - get: /me
    headers: { authorization: "{{ token }}" }
`
  let logins = 0
  const login: NonNullable<Simulation['service']> = ({ path }) => ({
    afterMs: 10,
    body: path === '/login' ? { token: `t${++logins}` } : {},
  })

  test('runs once, and the user keeps what it captured', async () => {
    logins = 0
    const { arrived, of } = await run({
      scenario,
      service: login,
      load: closedLoad({ stages: [{ durationMs: 1000, target: 3 }] }),
    })
    expect(logins).toBe(3)
    expect(of('beforeEach / POST /login').requests).toBe(3)
    const tokens = arrived.filter(({ path }) => path === '/me').map(({ headers }) => headers[1])
    expect([...new Set(tokens)].toSorted()).toEqual(['t1', 't2', 't3'])
  })

  test('is not part of the latency of the first iteration', async () => {
    const { of } = await run({ scenario, service: login, load: openLoad({ iterations: 5 }) })
    expect(of('GET /me').latency.max).toBeCloseTo(10, 0)
  })

  test('is no iteration for the connection, which keeps its cookies', async () => {
    const begins: number[] = []
    await run({
      scenario,
      service: login,
      load: closedLoad({ iterations: 3 }),
      onBegin: (arrived) => begins.push(arrived),
    })
    expect(begins).toEqual([1, 2, 3])
  })

  test('runs again before the next iteration if it failed', async () => {
    let tries = 0
    const { paths } = await run({
      scenario,
      load: closedLoad({ iterations: 3 }),
      service: ({ path }) =>
        path === '/login' && ++tries < 3
          ? { afterMs: 10, status: 503 }
          : { afterMs: 10, body: { token: 'x' } },
    })
    expect(paths).toEqual(['/login', '/login', '/login', '/me'])
  })
})

describe('per-user setup in the warm-up is counted separately', () => {
  const scenario = `
beforeEach: [{ name: log in, post: /login }]
requests: [{ name: me, get: /me }]
`
  const load = closedLoad({ warmupMs: 1000, start: 3, stages: [{ durationMs: 2000, target: 3 }] })
  const inWarmup = async (service: NonNullable<Simulation['service']>) => {
    const { of, collector, arrived } = await run({ scenario, load, service })
    const login = of('beforeEach / log in')
    const sent = arrived.filter(({ path }) => path === '/login').length
    return { login, warmup: login.warmup, sent, total: collector.total(2), me: of('me') }
  }

  test('and in no figure of the measured part', async () => {
    const { login, warmup, sent, total, me } = await inWarmup(() => ({ afterMs: 10 }))
    expect(sent).toBe(3)
    expect(warmup).toMatchObject({ requests: 3, failed: 0, errorRate: 0, statuses: { 200: 3 } })
    expect(warmup!.latency.p50).toBeCloseTo(10, 0)
    expect(login).toMatchObject({ requests: 0, throughput: 0 })
    expect(login.windows.map(({ requests }) => requests)).toEqual([0, 0])
    expect(total.requests).toBe(me.requests)
    expect(me.warmup).toBeUndefined()
  })

  test('even if it ends after it', async () => {
    const { login, warmup, sent, total, me } = await inWarmup(({ path }) => ({
      afterMs: path === '/login' ? 1500 : 10,
    }))
    expect(sent).toBe(3)
    expect(warmup).toMatchObject({ requests: 3, failed: 0 })
    expect(warmup!.latency.p50).toBeCloseTo(1500, -1)
    expect(login.requests).toBe(0)
    expect(total.requests).toBe(me.requests)
  })

  test('failed or unfinished', async () => {
    let tries = 0
    const { warmup, sent } = await inWarmup(({ path }) =>
      path === '/login' && ++tries < 3 ? { afterMs: 10, status: 503 } : { afterMs: 10 },
    )
    expect(sent).toBe(5)
    expect(warmup).toMatchObject({ requests: 5, failed: 2, statuses: { 200: 3, 503: 2 } })
    expect(warmup!.errors).toMatchObject([{ kind: 'status', count: 2 }])
    const silent = await inWarmup(({ path }) => ({
      afterMs: path === '/login' ? Number.POSITIVE_INFINITY : 1,
    }))
    expect(silent.warmup).toMatchObject({ requests: 0, unfinished: 3 })
  })
})

test('two workers send the same journeys as one', async () => {
  const scenario = `
data: { word: [a, b, c, d] }
requests:
  - name: search
    weight: 2
    steps: [{ get: "/s/{{ word }}/{{ randomInt(1, 99) }}" }, { get: "/t/{{ word }}" }]
  - get: /u/{{ word }}
`
  const load = closedLoad({ iterations: 60, stages: [{ durationMs: 60_000, target: 4 }] })
  const [one, two] = [await run({ scenario, load }), await run({ scenario, load, workers: 2 })]
  expect(two.paths.toSorted()).toEqual(one.paths.toSorted())
})
