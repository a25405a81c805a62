/**
 * Responses to HEAD, and journeys whose steps meet one fault after the other.
 */
import { describe, expect, test } from 'vitest'
import { bookComplaints, complaintsOf, countEndings } from './account.js'
import { everyThird } from './ask.js'
import { CUT_BY_RESET, ENDS, GARBAGE, GOOD, LENGTHS } from './http1-faults.js'
import { CLOSED, GET, HTTP } from './loads.js'
import { startService } from './service.js'
import { unleash, type Yaml } from './unleash.js'

describe.concurrent('HEAD', () => {
  // Whatever its length says, it has no body, and further bytes are unsolicited.
  test.each<[string, Yaml]>([
    ['closed', {}],
    ['shared', { connections: 4 }],
    ['pipelined', { connections: 3, pipelining: 4 }],
  ])('has no body, %s', async (name, http) => {
    const names = [
      '304 with a length and no body',
      'HTTP/1.0 with a length',
      'HTTP/1.0 without a length',
      'a body to HEAD, too',
    ]
    const faults = LENGTHS.filter((fault) => names.includes(fault.name))
    const headOnly = {
      name: 'the length of a body that is not sent',
      ends: ['ok' as const],
      answer: ({ socket }: { socket: { write(text: string): unknown } }) =>
        void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 123456\r\n\r\n'),
    }
    const script = everyThird(GOOD, [headOnly, ...faults])
    const service = await startService({ http1: script })
    const requests = [{ name: 'head', head: '/r/{{ iteration() }}' }]
    const run = await unleash(
      { load: CLOSED, http: { ...HTTP, ...http }, requests },
      `http://127.0.0.1:${service.port}`,
      { until: service.sees(60) },
    )
    const excuses = name === 'pipelined' ? { innocent: ['reset' as const, 'protocol' as const] } : {}
    const complaints = await complaintsOf(run, service, script, excuses)
    await service.stop()
    expect(complaints).toEqual([])
  })
})

describe.concurrent('journeys', () => {
  const steps = [
    { name: 'first', get: '/r/{{ iteration() }}', capture: { said: { regex: 'to (\\d+)' } } },
    { pause: '5ms' },
    { name: 'second', get: '/r/{{ iteration() }}?said={{ said }}' },
    { name: 'third', post: '/r/{{ iteration() }}', body: '{{ said }}' },
  ]

  test.each<[string, Yaml]>([
    ['closed', { vus: 8 }],
    ['open', { rate: '150/s' }],
  ])('end where they fail, and each step counts once, %s', async (_, load) => {
    // Steps due after the end don't count; here all are due before it.
    const limits = { iterations: 150, duration: '40s', gracefulStop: '3s' }
    const script = everyThird(GOOD, [...ENDS.slice(0, 9), ...GARBAGE])
    const service = await startService({ http1: script })
    const requests = [{ name: 'journey', steps }]
    const scenario = { load: { ...load, ...limits }, http: { ...HTTP, timeout: '20s' }, requests }
    const run = await unleash(scenario, `http://127.0.0.1:${service.port}`)
    await service.stop()
    expect(bookComplaints({ ...run, ended: null })).toEqual([])
    const counts = countEndings(run.ended!)
    expect(run.totals.requests - run.totals.failed).toBeGreaterThanOrEqual(100 * 3)
    expect(
      (counts.get('reset') ?? 0) + (counts.get('protocol') ?? 0) + (counts.get('given up') ?? 0),
    ).toBeGreaterThan(20)
  })
})

test('a response without a length that is cut by a reset is a failure', async () => {
  const cut = ENDS.find(({ name }) => name === CUT_BY_RESET)!
  const service = await startService({ http1: () => cut })
  const load = { vus: 1, iterations: 5, duration: '30s' }
  const run = await unleash({ load, http: HTTP, requests: [GET] }, `http://127.0.0.1:${service.port}`)
  await service.stop()
  // Most of them: see the comment on one turn at the fault.
  expect(run.totals.errors.filter(({ kind }) => kind === 'reset').length).toBe(1)
  expect(run.totals.failed).toBeGreaterThanOrEqual(3)
})
