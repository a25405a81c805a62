import { describe, expect, test } from 'vitest'
import { sideOf } from '../../../src/plan/ab-turns.js'
import type { Load } from '../../../src/scenario/model/load-types.js'
import { closedLoad, openLoad, type Simulated, type Simulation, simulate } from '../simulate.js'

describe('the closed model', () => {
  test('one user with a response every 10 ms sends 100 requests a second', async () => {
    const { collector } = await simulate({ load: closedLoad(), service: () => ({ afterMs: 10 }) })
    const totals = collector.total(10)
    expect(totals.requests).toBeGreaterThanOrEqual(999)
    expect(totals.requests).toBeLessThanOrEqual(1000)
    expect(totals.latency.p50).toBeCloseTo(10, 1)
    expect(totals.failed).toBe(0)
  })

  test('a ramp has the number of users on its line', async () => {
    const load = closedLoad({
      start: 0,
      stages: [
        { durationMs: 5000, target: 20 },
        { durationMs: 5000, target: 20 },
      ],
    })
    const { collector } = await simulate({ load, service: () => ({ afterMs: 20 }) })
    expect(collector.timeline().map(({ vus }) => vus)).toEqual(
      [4, 8, 12, 16, 20, 20, 20, 20, 20, 20].map((n, i) => (i < 4 ? n + 1 : n)),
    )
  })

  test('a ramp down lets users finish and sends no more than on its line', async () => {
    const load = closedLoad({ start: 20, stages: [{ durationMs: 10_000, target: 0 }] })
    const { collector, arrived } = await simulate({ load, service: () => ({ afterMs: 100 }) })
    expect(collector.timeline().map(({ vus }) => vus)).toEqual([18, 16, 14, 12, 10, 8, 6, 4, 2, 1])
    expect(collector.total(10).requests).toBe(arrived.length)
  })

  test('think time is a pause, not latency', async () => {
    const load = closedLoad({ thinkTimeMs: [90, 90] })
    const { collector } = await simulate({ load, service: () => ({ afterMs: 10 }) })
    expect(collector.total(10).requests).toBeGreaterThanOrEqual(99)
    expect(collector.total(10).requests).toBeLessThanOrEqual(101)
    expect(collector.total(10).latency.max).toBeLessThan(10.6)
  })

  test('a stall delays every user once', async () => {
    const load = closedLoad({ start: 10, stages: [{ durationMs: 10_000, target: 10 }] })
    const service = ({ at }: { at: number }) => ({ afterMs: at >= 4000 && at < 6000 ? 6000 - at : 1 })
    const { collector } = await simulate({ load, service })
    expect(collector.total(10).latency.max).toBeGreaterThan(1990)
    expect(collector.total(10).latency.p50).toBe(1)
  })

  test('the run ends after exactly its iterations', async () => {
    const load = closedLoad({ start: 3, stages: [{ durationMs: 600_000, target: 3 }], iterations: 100 })
    const { collector, ends, arrived } = await simulate({ load, service: () => ({ afterMs: 10 }) })
    expect(arrived).toHaveLength(100)
    expect(collector.total(1).requests).toBe(100)
    expect(ends[0]!.stoppedMs).toBeCloseTo(340, 0)
  })

  test('iterations are split exactly among workers', async () => {
    const load = closedLoad({
      start: 8,
      stages: [{ durationMs: 600_000, target: 8 }],
      iterations: 101,
      thinkTimeMs: [5, 50],
    })
    const { arrived, collector } = await simulate({ load, workers: 3 })
    expect(arrived).toHaveLength(101)
    expect(collector.total(1).requests).toBe(101)
  })
})

describe('a load that is steered', () => {
  const steer = (changes: readonly (readonly [toldAt: number, from: number, level: number])[]) =>
    ({
      isSteered: true,
      during: (parts, at) => {
        for (const [toldAt, from, level] of changes)
          at(toldAt, () => {
            for (const part of parts) part.setLevel(from, level)
          })
      },
    }) satisfies Partial<Simulation>
  const perSecond = (arrived: Simulated['arrived'], from: number, to: number) =>
    arrived.filter(({ at }) => at >= from - 1 && at < to - 1).length / ((to - from) / 1000)

  test('sends nothing until it is told to, and then what it is told', async () => {
    const { arrived, collector } = await simulate({
      load: openLoad(),
      workers: 3,
      ...steer([
        [1500, 2000, 50],
        [3500, 4000, 400],
        [5500, 6000, 0],
        [7500, 8000, 25],
      ]),
    })
    expect(perSecond(arrived, 0, 2000)).toBe(0)
    expect(perSecond(arrived, 2000, 4000)).toBe(50)
    expect(perSecond(arrived, 4000, 6000)).toBe(400)
    expect(perSecond(arrived, 6000, 8000)).toBe(0)
    expect(perSecond(arrived, 8000, 10_000)).toBe(25)
    expect(collector.total(10).requests).toBe(arrived.length)
  })

  test('may be told before it begins', async () => {
    const { arrived } = await simulate({ load: openLoad(), ...steer([[-20, 1000, 100]]) })
    expect(arrived).toHaveLength(900)
  })

  test('a later change takes the place of those that were planned after it', async () => {
    const { arrived } = await simulate({
      load: openLoad(),
      workers: 2,
      ...steer([
        [0, 1000, 100],
        [0, 9000, 0],
        [2500, 3000, 0],
      ]),
    })
    expect(perSecond(arrived, 1000, 3000)).toBe(100)
    expect(perSecond(arrived, 3000, 10_000)).toBe(0)
  })

  test('no arrival is sent twice or left out, on however many workers', async () => {
    const changes = [
      [0, 500, 333],
      [1100, 2000, 7],
      [4100, 5000, 1234],
      [6200, 7000, 0],
    ] as const
    const paths = async (workers: number) => {
      const { arrived } = await simulate({
        load: openLoad({ arrivals: 'poisson' }),
        requests: [{ path: ['/', { type: 'call', name: 'iteration', args: [] }] }],
        workers,
        ...steer(changes),
      })
      return arrived.map(({ path }) => Number(path.slice(1))).sort((a, b) => a - b)
    }
    const alone = await paths(1)
    expect(alone.length).toBeGreaterThan(2500)
    expect(alone).toEqual(alone.map((_, n) => n))
    expect(await paths(3)).toEqual(alone)
  })

  test('a thread that hears of a change too late sends what it missed', async () => {
    const { collector } = await simulate({
      load: openLoad(),
      blocked: { at: 1500, forMs: 1000 },
      ...steer([
        [1000, 1200, 100],
        [1600, 2000, 300],
      ]),
    })
    expect(collector.total(10).requests).toBe(80 + 8 * 300)
  })

  test('users come and go as they are told', async () => {
    const { collector } = await simulate({
      load: closedLoad({ stages: [{ durationMs: 10_000, target: 20 }], start: 20 }),
      service: () => ({ afterMs: 10 }),
      workers: 2,
      ...steer([
        [500, 1000, 5],
        [3500, 4000, 20],
        [5500, 6000, 0],
        [7000, 8000, 3],
      ]),
    })
    // A window counts users at its end, when a change at the full second has already happened.
    expect(collector.timeline().map(({ vus }) => vus)).toEqual([5, 5, 5, 20, 20, 0, 0, 3, 3, 3])
  })
})

describe('the open model', () => {
  test('a stall delays every request that was due during it', async () => {
    const service = ({ at }: { at: number }) => ({ afterMs: at >= 4000 && at < 6000 ? 6000 - at : 1 })
    const { collector } = await simulate({ load: openLoad(), service })
    const { latency, requests } = collector.total(10)
    expect(requests).toBe(1000)
    expect(latency.p50).toBe(1)
    // 200 of 1000 were due in the stall: 10 % of all waited more than a second.
    expect(latency.p90).toBeGreaterThan(980)
    expect(latency.p90).toBeLessThan(1020)
    expect(latency.max).toBeGreaterThan(1980)
  })

  test('arrivals are evenly spaced over all workers', async () => {
    const { arrived } = await simulate({ load: openLoad(), workers: 3 })
    expect(arrived).toHaveLength(1000)
    const moments = arrived.map(({ at }) => at).sort((a, b) => a - b)
    for (const [n, at] of moments.entries()) expect(Math.abs(at - n * 10)).toBeLessThanOrEqual(0.5)
    const byWorker = [0, 1, 2].map((worker) => arrived.filter((one) => one.worker === worker).length)
    expect(byWorker).toEqual([334, 333, 333])
  })

  test('an arrival that finds no free user is dropped, and counted', async () => {
    const load = openLoad({ maxVus: 5 })
    const { collector, arrived, inFlightMost } = await simulate({ load, service: () => ({ afterMs: 100 }) })
    const { requests, dropped } = collector.total(10)
    expect(inFlightMost).toBe(5)
    expect(requests).toBe(arrived.length)
    expect(requests + dropped).toBe(1000)
    expect(requests).toBeGreaterThan(450)
    expect(requests).toBeLessThan(510)
  })

  test('after the thread was blocked, existing users catch up', async () => {
    let users: readonly unknown[] = []
    const stages = [{ durationMs: 1000, target: 5000 }]
    const { collector } = await simulate({
      load: openLoad({ start: 5000, stages }),
      service: () => ({ afterMs: 1 }),
      blocked: { at: 500, forMs: 40 },
      during: ([part]) => {
        users = part!.users
      },
    })
    expect(collector.total(1).requests).toBe(5000)
    // 200 requests were late, and sent by about ten users within a few ms each.
    expect(users.length).toBeLessThan(15)
  })

  test.each([100, 1000, 3000])(
    'a thread that was blocked for the last %i ms still sends all that was due',
    async (forMs) => {
      const stages = [{ durationMs: 4000, target: 1000 }]
      const { collector, arrived, ends, overAt } = await simulate({
        load: openLoad({ start: 1000, stages, maxVus: 5000 }),
        service: () => ({ afterMs: 50 }),
        blocked: { at: 4000 - forMs, forMs: forMs + 20 },
      })
      expect(arrived).toHaveLength(4000)
      expect(collector.total(4)).toMatchObject({ requests: 4000, dropped: 0, unfinished: 0 })
      expect(ends[0]!.stoppedMs).toBe(4000)
      // New connections, four in a millisecond.
      expect(overAt).toBeLessThan(4000 + 20 + forMs / 4 + 500)
    },
  )

  test('a thread that was blocked until the end sends no more than its iterations', async () => {
    const stages = [{ durationMs: 4000, target: 1000 }]
    const { collector, arrived } = await simulate({
      load: openLoad({ start: 1000, stages, maxVus: 5000, iterations: 2500 }),
      service: () => ({ afterMs: 50 }),
      blocked: { at: 2000, forMs: 2100 },
    })
    expect(arrived).toHaveLength(2500)
    expect(collector.total(4)).toMatchObject({ requests: 2500, dropped: 0 })
  })

  test.each([0, 1, 5, 20])(
    'a load ends on time, however its last arrivals are late: by %i ms',
    async (lateMs) => {
      for (let at = 3985; at < 4000; at += 0.7) {
        const stages = [{ durationMs: 4000, target: 3000 }]
        const { collector, overAt } = await simulate({
          load: openLoad({ start: 3000, stages, maxVus: 5000, gracefulStopMs: 5000 }),
          service: () => ({ afterMs: 3 }),
          blocked: { at, forMs: lateMs },
        })
        expect(collector.total(4)).toMatchObject({ requests: 12_000, dropped: 0 })
        expect(overAt).toBeLessThan(4200)
      }
    },
  )

  test('what a thread can not send within the graceful stop counts as dropped', async () => {
    const stages = [{ durationMs: 2000, target: 10_000 }]
    const { collector, arrived, overAt } = await simulate({
      load: openLoad({ start: 10_000, stages, maxVus: 20_000, gracefulStopMs: 500 }),
      service: () => ({ afterMs: Number.POSITIVE_INFINITY }),
      blocked: { at: 0, forMs: 2010 },
    })
    const { dropped, unfinished, requests } = collector.total(2)
    expect(requests).toBe(0)
    expect(dropped).toBeGreaterThan(15_000)
    expect(unfinished).toBe(arrived.length)
    expect(dropped + unfinished).toBe(20_000)
    expect(overAt).toBeLessThan(2010 + 510)
  })

  test.each(['a', 'b'] as const)(
    'as side %s of a session it is on time, however many arrivals are the other’s',
    async (side) => {
      const stages = [{ durationMs: 4000, target: 10_000 }]
      const load = openLoad({ stages, warmupMs: 3000 })
      const turns = { side, sliceMs: 1000, guardMs: 50 }
      const { collector } = await simulate({ load, turns, service: () => ({ afterMs: 1 }) })
      expect(collector.total(4).dropped).toBe(0)
      expect(collector.total(4).requests).toBe(2 * 9500)
      expect(collector.total(4).latency.max).toBeLessThan(5)
    },
  )

  test('a ramp of rates sends the area under its line', async () => {
    const load = openLoad({ start: 0, stages: [{ durationMs: 10_000, target: 200 }] })
    const { arrived } = await simulate({ load })
    expect(arrived).toHaveLength(1000)
    expect(arrived.filter(({ at }) => at < 5000)).toHaveLength(250)
  })

  test('random arrivals keep the rate, with the variance of independent users', async () => {
    const load = openLoad({ arrivals: 'poisson', stages: [{ durationMs: 100_000, target: 100 }] })
    const { arrived } = await simulate({ load })
    expect(Math.abs(arrived.length - 10_000)).toBeLessThan(400)
    const counts = Array.from(
      { length: 100 },
      (_, s) => arrived.filter(({ at }) => at >= s * 1000 && at < (s + 1) * 1000).length,
    )
    const mean = counts.reduce((a, b) => a + b, 0) / counts.length
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length
    expect(variance / mean).toBeGreaterThan(0.6)
    expect(variance / mean).toBeLessThan(1.5)
  })

  test('random arrivals are the same for any number of workers', async () => {
    const load = openLoad({ arrivals: 'poisson' })
    const moments = async (workers: number) => {
      const { arrived } = await simulate({ load, workers })
      return arrived.map(({ at }) => at).sort((a, b) => a - b)
    }
    const [one, three] = [await moments(1), await moments(3)]
    expect(three).toHaveLength(one.length)
    for (const [i, at] of one.entries()) expect(Math.abs(three[i]! - at)).toBeLessThanOrEqual(1)
  })
})

describe('a load on several machines', () => {
  const requests = [
    { weight: 3 },
    { weight: 1, path: ['/b/', { type: 'call', name: 'randomInt', args: [1, 1e6] }] },
  ]

  /** What all machines send together; the k-th has k workers. */
  async function sendShared(load: Load, machines: number) {
    const sent = []
    for (let index = 0; index < machines; index++) {
      const shard = { index, of: machines }
      sent.push(await simulate({ load, workers: index + 1, shard, requests: requests as never }))
    }
    return sent
  }

  const paths = (sent: readonly Simulated[]) =>
    sent.flatMap(({ arrived }) => arrived.map(({ path }) => path)).sort()

  test.each<[string, Load]>([
    ['iterations', closedLoad({ start: 9, stages: [{ durationMs: 600_000, target: 9 }], iterations: 101 })],
    ['even arrivals', openLoad()],
    ['random arrivals', openLoad({ arrivals: 'poisson' })],
    ['ramp of arrivals', openLoad({ start: 0, stages: [{ durationMs: 5000, target: 50 }], iterations: 99 })],
  ])('sends the %s of one machine, each exactly once', async (_, load) => {
    const whole = await sendShared(load, 1)
    const shared = await sendShared(load, 3)
    expect(paths(shared)).toEqual(paths(whole))
    const counts = shared.map(({ arrived }) => arrived.length)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
  })

  test('has the users of one machine at any time of a ramp', async () => {
    const load = closedLoad({ start: 0, stages: [{ durationMs: 10_000, target: 20 }] })
    const vus = (sent: readonly Simulated[]) =>
      Array.from({ length: 10 }, (_, second) =>
        sent.reduce((sum, { collector }) => sum + collector.timeline()[second]!.vus, 0),
      )
    expect(vus(await sendShared(load, 4))).toEqual(vus(await sendShared(load, 1)))
  })
})

describe('the warm-up', () => {
  test('is sent, and left out of every figure', async () => {
    const load = closedLoad({ warmupMs: 2000 })
    const { collector, arrived } = await simulate({
      load,
      service: ({ at }) => (at < 0 ? { afterMs: 500, status: 500 } : { afterMs: 10 }),
    })
    const before = arrived.filter(({ at }) => at < 0)
    expect(before.length).toBeGreaterThan(2)
    const totals = collector.total(10)
    expect(totals.requests).toBe(arrived.length - before.length)
    expect(totals.failed).toBe(0)
    expect(totals.latency.max).toBeLessThan(10.1)
    expect(collector.timeline()[0]!.second).toBe(0)
  })

  test('of an open load runs at the first rate, and its length does not change what the measured part sends', async () => {
    const requests = [{ weight: 3 }, { weight: 1 }]
    const paths = async (warmupMs: number) => {
      const { arrived } = await simulate({ load: openLoad({ warmupMs }), requests })
      return arrived.filter(({ at }) => at >= -0.5).map(({ path }) => path)
    }
    expect(await paths(3000)).toEqual(await paths(0))
  })
})

describe('failures', () => {
  test('are counted by kind and improve no latency', async () => {
    let n = 0
    const { collector } = await simulate({
      load: closedLoad(),
      service: () =>
        [
          { afterMs: 20 },
          { afterMs: 1, status: 503 },
          { afterMs: 1, failure: { kind: 'reset', message: 'gone' } },
        ][n++ % 3]! as never,
    })
    const totals = collector.total(10)
    expect(totals.latency.min).toBeCloseTo(20, 1)
    expect(totals.failed).toBe(totals.requests - totals.latency.count)
    expect(totals.errors.map(({ kind, message }) => [kind, message])).toEqual(
      expect.arrayContaining([
        ['status', 'status 503'],
        ['reset', 'gone'],
      ]),
    )
    expect(totals.statuses['503']! + totals.statuses['200']!).toBeLessThan(totals.requests)
  })

  test('before anything was sent do not cause a busy loop', async () => {
    const { arrived, collector } = await simulate({
      load: closedLoad(),
      service: () => ({ afterMs: 'at once', failure: { kind: 'protocol', message: 'invalid path' } }),
    })
    expect(arrived.length).toBeGreaterThan(4000)
    expect(arrived.length).toBeLessThanOrEqual(10_002)
    expect(collector.total(10).failed).toBe(arrived.length)
  })

  test('a request without a response ends at its timeout', async () => {
    const { collector } = await simulate({
      load: closedLoad(),
      timeoutMs: 1000,
      service: () => ({ afterMs: Number.POSITIVE_INFINITY }),
    })
    const totals = collector.total(10)
    expect(totals.requests).toBe(totals.failed)
    expect(totals.requests).toBeGreaterThanOrEqual(9)
    expect(totals.errors).toEqual([
      { kind: 'timeout', message: 'no complete response within 1s', count: totals.requests },
    ])
  })
})

describe('stopping', () => {
  test('at the end lets requests in flight finish and counts them', async () => {
    const { collector, arrived, overAt } = await simulate({
      load: closedLoad(),
      service: () => ({ afterMs: 3000 }),
    })
    expect(arrived).toHaveLength(4)
    expect(collector.total(10).requests).toBe(4)
    expect(collector.total(10).unfinished).toBe(0)
    expect(overAt).toBeCloseTo(12_000)
    expect(collector.timeline()).toHaveLength(10)
  })

  test('aborts requests beyond the graceful stop as unfinished, not failed', async () => {
    const { collector } = await simulate({
      load: closedLoad({ gracefulStopMs: 1000 }),
      service: ({ at }) => ({ afterMs: at > 9000 ? 60_000 : 10 }),
      timeoutMs: 100_000,
    })
    const totals = collector.total(10)
    expect(totals.unfinished).toBe(1)
    expect(totals.failed).toBe(0)
  })

  test('in the middle keeps what was measured', async () => {
    const { collector, ends } = await simulate({
      load: openLoad(),
      service: () => ({ afterMs: 20 }),
      during: (parts, at) => at(4250, () => parts[0]!.stop()),
    })
    expect(ends[0]!.stoppedMs).toBeCloseTo(4250, 0)
    expect(collector.total(4.25).requests).toBe(425)
    const windows = collector.requests(4.25)[0]!.windows
    expect(windows.map(({ duration }) => duration)).toEqual([1, 1, 1, 1, 0.25])
  })

  test('within the warm-up leaves nothing measured', async () => {
    const { collector, ends } = await simulate({
      load: closedLoad({ warmupMs: 2000 }),
      during: (parts, at) => at(-1000, () => parts[0]!.stop()),
    })
    expect(ends[0]!.stoppedMs).toBeLessThan(0)
    expect(collector.total(0).requests).toBe(0)
  })
})

describe('a bug', () => {
  test('ends it at once: measurements are handed over, requests in flight are unfinished', async () => {
    const { collector, ends, arrived } = await simulate({
      load: closedLoad({ start: 3, stages: [{ durationMs: 10_000, target: 3 }] }),
      service: ({ at }) => ({ afterMs: at > 4000 ? 60_000 : 100 }),
      timeoutMs: 100_000,
      during: (parts, at) => at(4250, () => parts[0]!.fail(new TypeError('boom'))),
    })
    expect(ends[0]).toMatchObject({ fault: { message: 'boom', stack: expect.stringContaining('TypeError') } })
    expect(ends[0]!.stoppedMs).toBeCloseTo(4250, 0)
    const { requests, failed, unfinished } = collector.total(4.25)
    expect({ failed, unfinished }).toEqual({ failed: 0, unfinished: 3 })
    expect(requests + unfinished).toBe(arrived.length)
  })

  test('between load and end is reported and changes no measurements', async () => {
    const { collector, ends } = await simulate({
      load: closedLoad(),
      service: () => ({ afterMs: 10 }),
      during: (parts, at) => at(10_000.5, () => parts[0]!.fail(new Error('late'))),
    })
    expect(ends[0]!.fault?.message).toBe('late')
    expect(collector.total(10).requests).toBeGreaterThanOrEqual(999)
  })
})

describe('windows', () => {
  test('add up to the whole, for every request', async () => {
    const { collector } = await simulate({
      load: closedLoad({ start: 4, stages: [{ durationMs: 4500, target: 4 }], thinkTimeMs: [1, 20] }),
      requests: [{ weight: 5 }, { weight: 1 }],
      service: ({ at }) => ({ afterMs: 5 + (at % 7), ...(Math.floor(at) % 50 === 0 ? { status: 500 } : {}) }),
    })
    for (const request of collector.requests(4.5)) {
      expect(request.windows.reduce((sum, window) => sum + window.requests, 0)).toBe(request.requests)
      expect(request.windows.reduce((sum, window) => sum + window.failed, 0)).toBe(request.failed)
      expect(request.windows.map(({ start }) => start)).toEqual([0, 1, 2, 3, 4])
      expect(request.windows.at(-1)!.duration).toBe(0.5)
    }
  })

  test.each(['a', 'b'] as const)(
    'of side %s hold what was sent in them, however late its answer',
    async (side) => {
      const turns = { side, sliceMs: 1000, guardMs: 50 }
      const { collector } = await simulate({ load: openLoad(), turns, service: () => ({ afterMs: 700 }) })
      const [request] = collector.requests(10)
      const own = request!.windows.filter(({ start }) => sideOf(start) === side)
      expect(own).toHaveLength(5)
      expect(own.reduce((sum, { requests }) => sum + requests, 0)).toBe(request!.requests)
      expect(request!.requests).toBeGreaterThan(470)
      for (const { histogram, requests } of own) expect(histogram.count).toBe(requests)
    },
  )

  test('become longer in a long run, and none is lost', async () => {
    const load = openLoad({ stages: [{ durationMs: 3_700_000, target: 1 }] })
    const { collector } = await simulate({ load })
    const [request] = collector.requests(3700)
    const { windows } = request!
    expect(windows).toHaveLength(Math.ceil(3700 / 16))
    expect(windows.map(({ start }) => start)).toEqual(windows.map((_, i) => 16 * i))
    expect(windows.slice(0, -1).every(({ duration }) => duration === 16)).toBe(true)
    expect(windows.at(-1)!.duration).toBe(3700 % 16)
    expect(request!.windows.reduce((sum, window) => sum + window.requests, 0)).toBe(3700)
  })
})

test('the same seed sends the same requests in the same order', async () => {
  const load = closedLoad({ thinkTimeMs: [0, 30], stages: [{ durationMs: 2000, target: 3 }] })
  const requests = [{ weight: 6 }, { weight: 3 }, { weight: 1 }]
  const send = async (seed: number) => (await simulate({ load, requests, seed })).arrived
  expect(await send(42)).toEqual(await send(42))
  expect(await send(42)).not.toEqual(await send(43))
})
