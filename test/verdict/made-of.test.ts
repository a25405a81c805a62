import { describe, expect, test } from 'vitest'
import { describeMadeOf, listMadeOf } from '../../src/report/made-of.js'
import type { MadeOf } from '../../src/stats/comparison.js'
import { parseResult } from '../../src/stats/read.js'
import type { LatencySummary, RequestResult, Result } from '../../src/stats/result.js'
import { makeBaseline } from '../../src/verdict/baseline.js'
import { formatBaseline, parseBaseline } from '../../src/verdict/baseline-file.js'
import { compare } from '../../src/verdict/compare.js'
import { SHOP, shopWith, simulate } from './simulate.js'

/** A request changed after the simulation. */
type Change = (request: RequestResult) => Partial<RequestResult>

const base = (change: Change = () => ({}), seed = 1) => withSearch(simulate(SHOP, { seed }), change)
/** `search` takes 26 ms instead of 20 ms at the median: +6.4 ms on average. */
const slow = (change: Change = () => ({}), seed = 2) =>
  withSearch(simulate(shopWith('search', { medianMs: 26 }), { seed }), change)

function withSearch(result: Result, change: Change): Result {
  return {
    ...result,
    requests: result.requests.map((request) =>
      request.name === 'search' ? { ...request, ...change(request) } : request,
    ),
  }
}

/** The same latencies with another mean. */
function mean(latency: LatencySummary, ms: number): LatencySummary {
  return { ...latency, mean: ms }
}

function explain(a: Result, b: Result): MadeOf | undefined {
  return compare(a, b).metrics.find(({ request, verdict }) => request === 'search' && verdict === 'regressed')
    ?.madeOf
}

function codes(a: Result, b: Result): string[] {
  return explain(a, b)?.causes.map(({ code, name }) => (name === undefined ? code : `${code} ${name}`)) ?? []
}

/** Until the first byte, but for `ms` of waiting before. */
const waiting =
  (ms: number): Change =>
  ({ latency }) => ({
    serviceTime: mean(latency, latency.mean! - ms),
    timeToFirstByte: mean(latency, latency.mean! - ms),
  })

const timings =
  (figures: Record<string, number>): Change =>
  ({ latency }) => ({
    serverTiming: Object.fromEntries(Object.entries(figures).map(([name, ms]) => [name, mean(latency, ms)])),
  })

describe('a request that got slower is made of', () => {
  test('the server timing that grew as much', () => {
    expect(codes(base(timings({ db: 12, render: 4 })), slow(timings({ db: 18, render: 4 })))).toEqual([
      'server_timing db',
    ])
  })

  test('the innermost one, if one contains the other', () => {
    expect(codes(base(timings({ total: 20, db: 12 })), slow(timings({ total: 26.5, db: 18 })))).toEqual([
      'server_timing db',
    ])
  })

  test('no server timing that grew by less than half of it, or that is new', () => {
    expect(codes(base(timings({ db: 12 })), slow(timings({ db: 13 })))).toEqual(['first_byte'])
    expect(codes(base(), slow(timings({ db: 18 })))).toEqual(['first_byte'])
  })

  test('a timing of a tenth of its responses only as far as these go', () => {
    const rare: Change = ({ latency }) => ({
      serverTiming: { db: { ...mean(latency, 25), count: latency.count / 10 } },
    })
    expect(codes(base(timings({ db: 2 })), slow(rare))).toEqual(['first_byte'])
  })

  test('waiting to be sent, unless it was retried more often', () => {
    expect(codes(base(waiting(0)), slow(waiting(6)))).toEqual(['waiting'])
    const retried: Change = (request) => ({
      ...waiting(6)(request),
      retries: { requests: request.requests / 10, recovered: 0, attempts: 0, errors: [] },
    })
    expect(codes(base(waiting(0)), slow(retried))).toEqual(['retries'])
  })

  test('new connections, if they take the time that it waits', () => {
    const connected = (result: Result, count: number): Result => ({
      ...result,
      connections: { ...result.connections, tcp: { ...result.connections.tcp, count, mean: 6 } },
    })
    const all = base().totals.requests
    const [a, b] = [connected(base(waiting(0)), 20), connected(slow(waiting(6)), all)]
    expect(codes(a, b)).toEqual(['connecting', 'connections'])
    expect(codes(a, connected(slow(waiting(6)), 20))).toEqual(['waiting'])
  })

  test('its body, and larger responses', () => {
    const body: Change = ({ latency, requests }) => ({
      timeToFirstByte: mean(latency, latency.mean! - 6),
      bytesReceived: 1.4e6 * requests,
    })
    const small: Change = ({ requests }) => ({ bytesReceived: 20_000 * requests })
    expect(codes(base(small), slow(body))).toEqual(['body', 'size'])
    expect(codes(base(small), slow(small))).toEqual(['first_byte'])
  })

  test('fewer responses from a cache, but not if a few fewer may be chance', () => {
    const hits =
      (ratio: number): Change =>
      ({ requests }) => ({ cache: { hits: ratio * requests, misses: (1 - ratio) * requests, ratio } })
    const [a, b] = [base(hits(0.91)), slow(hits(0.4))]
    expect(codes(a, b)).toEqual(['first_byte', 'cache'])
    expect(compare(a, b).notes.join()).not.toContain('cache hits')
    expect(codes(base(hits(0.41)), slow(hits(0.4)))).toEqual(['first_byte'])
    expect(codes(base(hits(0.4)), slow(hits(0.91)))).toEqual(['first_byte'])
    expect(compare(base(hits(0.91)), base(hits(0.4), 3)).notes.join()).toContain(
      'cache hits of "search" fell',
    )
  })

  test('nothing without service times, or if the mean grew no more than its noise', () => {
    const noMean: Change = ({ latency }) => ({ serviceTime: mean(latency, 0) && { ...latency, mean: null } })
    expect(explain(base(), slow(noMean))).toBeUndefined()
    const stall: Change = ({ latency }) => ({ latency: mean(latency, latency.mean! - 6) })
    expect(explain(base(), slow(stall))).toBeUndefined()
  })
})

test('the whole run is made of the request that carries its growth', () => {
  const twice = withSearch(simulate(shopWith('search', { medianMs: 40 }), { seed: 2 }), timings({ db: 30 }))
  const row = compare(base(timings({ db: 12 })), twice).metrics.find(
    ({ request, metric }) => request === null && metric === 'p95',
  )
  expect(row?.verdict).toBe('regressed')
  expect(row?.madeOf?.causes).toMatchObject([{ code: 'request', name: 'search' }])
})

test('more failures are made of the status that became frequent', () => {
  const failing = simulate(shopWith('search', { errorRatio: 0.05 }), { seed: 3 })
  const metrics = compare(base(), failing).metrics
  const row = metrics.find(({ request, metric }) => request === 'search' && metric === 'error_rate')
  expect(row?.verdict).toBe('regressed')
  // The statuses that the simulation counts are 200 and 503.
  expect(row?.madeOf).toMatchObject({ mean: null, causes: [{ code: 'status', name: '503', before: 0 }] })
})

test('what passed, and what is in doubt, is made of nothing', () => {
  const other = { ...slow(), environment: { ...slow().environment, cpu: 'Another CPU' } }
  for (const comparison of [
    compare(
      base(),
      base(() => ({}), 5),
    ),
    compare(base(), other),
  ])
    expect(comparison.metrics.filter(({ madeOf }) => madeOf !== undefined)).toEqual([])
})

test('a baseline keeps what is needed, and a result what was found', () => {
  const figures = timings({ db: 12 })
  const baseline = makeBaseline([{ ...base(figures), verdict: 'passed' }])
  const read = parseBaseline(formatBaseline(baseline), 'baseline.json')
  const now = slow(timings({ db: 18 }))
  const comparison = compare(read, now)
  expect(comparison.metrics).toEqual(compare(baseline, now).metrics)
  const [madeOf] = comparison.metrics.flatMap(({ request, madeOf }) =>
    request === 'search' ? (madeOf ?? []) : [],
  )
  expect(madeOf?.causes).toEqual([{ code: 'server_timing', name: 'db', before: 12, after: 18 }])
  const saved = parseResult(JSON.stringify({ ...now, comparison }), 'result.json')
  expect(saved.comparison?.metrics).toEqual(comparison.metrics)
})

test('an old baseline explains less, and is no error', () => {
  const old = formatBaseline(makeBaseline([{ ...base(timings({ db: 12 })), verdict: 'passed' }]))
  const baseline = parseBaseline(old.replace(/, "parts": \{.*?\}\}/g, ''), 'baseline.json')
  expect(baseline.jobs[0]!.runs[0]!.requests[0]!.parts).toBeUndefined()
  const { verdict, metrics } = compare(baseline, slow(timings({ db: 18 })))
  expect(verdict).toBe('regressed')
  expect(metrics.filter(({ madeOf }) => madeOf !== undefined)).toEqual([])
})

test('the sentence is said once for all percentiles of a request', () => {
  const sentences = listMadeOf(compare(base(timings({ db: 12 })), slow(timings({ db: 17 }))))
  expect(sentences.filter((sentence) => sentence.startsWith('search: '))).toEqual([
    expect.stringMatching(/^search: \+5\.\d+ms on average, of which \+5\.00ms in db$/),
  ])
})

test.each<[MadeOf, string]>([
  [
    { mean: [10, 13], causes: [{ code: 'first_byte', before: 9, after: 12.05 }] },
    '+3.00ms on average, all of it before the first byte of the response',
  ],
  [
    { mean: [10, 13], causes: [{ code: 'server_timing', name: 'db', before: 2, after: 6 }] },
    '+3.00ms on average; in db alone +4.00ms',
  ],
  [
    {
      mean: [10, 13],
      causes: [
        { code: 'connecting', before: 0.02, after: 3 },
        { code: 'connections', before: 0.02, after: 1 },
      ],
    },
    '+3.00ms on average, all of it for new connections; 0.02 → 1.00 new connections per request',
  ],
  [
    {
      mean: [10, 48],
      causes: [
        { code: 'body', before: 1, after: 38 },
        { code: 'size', before: 20_000, after: 1_400_000 },
        { code: 'waits', before: 2.1, after: 2.1 },
      ],
    },
    '+38.0ms on average, all of it from the first byte of the response to the last; responses grew from 20.0kB to 1.40MB; CPU time per request is the same (2.10ms): it waits for something',
  ],
  [
    {
      mean: [10, 14],
      causes: [
        { code: 'cache', before: 0.91, after: 0.4 },
        { code: 'retries', before: 0, after: 0.08 },
        { code: 'computes', before: 2, after: 2.62 },
      ],
    },
    '+4.00ms on average; cache hits fell from 91% to 40%; retried requests rose from 0% to 8%; CPU time per request +31 %: it computes more',
  ],
  [
    { mean: null, causes: [{ code: 'status', name: '503', before: 0, after: 0.031 }] },
    'status 503 rose from 0% to 3.1%',
  ],
])('%j in words', (madeOf, sentence) => {
  expect(describeMadeOf(madeOf)).toBe(sentence)
})
