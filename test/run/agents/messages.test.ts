import { describe, expect, test } from 'vitest'
import { type Answer, answerToJson, readAnswer, readOrder } from '../../../src/run/agents/messages.js'
import { Histogram } from '../../../src/stats/histogram.js'
import { COUNT_WORDS, Sheet } from '../../../src/stats/sheet.js'
import { Tally } from '../../../src/stats/tally.js'

const SERIES = 3
const lag = new Histogram()
lag.record(1.5)

/** A second of a worker, with a success, a failure and a retry. */
function makeWindow() {
  const sheet = new Sheet(SERIES)
  const row = sheet.row(2)
  row.recordSuccess(200, 12.345, 11.5, 10.25)
  row.recordFailure('status', 'status 503', 503)
  const counts = lag.freeze().bytes
  return {
    index: -1,
    sheet: sheet.take(),
    vus: 4,
    dropped: 5,
    unsolicited: 6,
    schedulingLag: counts,
    dns: new Uint8Array(0),
    tcp: counts,
    tls: new Uint8Array(0),
    busy: 0.5,
    cpu: null,
    starved: 0.25,
    gcMsMax: 3,
    gcMs: 4,
  }
}

const send = (answer: Answer) => readAnswer(JSON.stringify(answerToJson(answer)), SERIES)

describe('an answer arrives as it was sent', () => {
  test.each<Answer>([
    {
      type: 'hello',
      protocol: 1,
      name: 'load-1',
      environment: { perfctl: '1', node: 'v22', os: 'Linux', cpu: 'c', cores: 8 },
    },
    { type: 'pong', id: 7, wallMs: 1772366490123 },
    { type: 'ready', workers: 2, service: null },
    {
      type: 'ready',
      workers: 2,
      service: { url: 'http://h/up', tries: 3, waitedMs: 410.5, latencyMs: 2, limitMs: 1, degraded: true },
    },
    { type: 'looked', found: { load: 42.5 } },
    { type: 'looked', found: { load: 1, doubt: 'nothing succeeded' } },
    { type: 'level', aheadMs: -12.5 },
    { type: 'refused', message: 'no', hint: null },
    { type: 'running', lateMs: -1.25 },
    { type: 'worker-end', worker: 1 },
    { type: 'end', end: { stoppedMs: 5000, failure: null } },
    { type: 'end', end: { stoppedMs: Number.NEGATIVE_INFINITY, failure: null } },
    {
      type: 'end',
      end: {
        stoppedMs: 10,
        failure: {
          kind: 'crashed',
          worker: 0,
          workers: 2,
          workedMs: null,
          message: 'm',
          stack: 's',
          code: null,
        },
      },
    },
    { type: 'beat' },
  ])('$type', (answer) => {
    expect(send(answer)).toEqual(answer)
  })

  test('a window, with each of its samples', () => {
    const window = makeWindow()
    const arrived = send({ type: 'window', worker: 1, window })
    expect(arrived).toEqual({ type: 'window', worker: 1, window })
    const tally = new Tally(SERIES)
    tally.addSheet((arrived as { window: typeof window }).window.sheet)
    expect(tally.get(2)).toMatchObject({ requests: 2, failed: 1 })
  })
})

const base64 = (array: Float64Array | Uint32Array | Uint8Array) =>
  Buffer.from(array.buffer).toString('base64')
const bytes = (...numbers: number[]) => base64(new Uint8Array(numbers))
const words = (...numbers: number[]) => base64(new Uint32Array(numbers))
/** The counts of one request, which begin so. */
const floats = (...numbers: number[]) =>
  base64(new Float64Array([...numbers, ...new Array(COUNT_WORDS).fill(0)].slice(0, COUNT_WORDS)))

describe('what is no answer is refused', () => {
  const window = answerToJson({ type: 'window', worker: 0, window: makeWindow() }) as {
    window: Record<string, unknown>
  }
  const changed = (fields: object) => JSON.stringify({ ...window, window: { ...window.window, ...fields } })

  test.each([
    ['', /is empty/],
    ['hello', /not valid JSON/],
    ['[]', /an object/],
    ['{"type":"exec","command":"rm"}', /exec is no message/],
    ['{"type":"ready"}', /workers/],
    ['{"type":"ready","workers":-1}', /workers/],
    ['{"type":"window","worker":0}', /window/],
    [changed({ counts: 'AAAA' }), /counts/],
    [changed({ counts: floats(0, Number.NaN) }), /counts/],
    [changed({ counts: floats(0, -1) }), /counts/],
    [changed({ schedulingLag: bytes(0xff, 0xff, 0x7f, 2) }), /schedulingLag is not slots below/],
    [changed({ dns: bytes(2, 0x80) }), /dns is not whole numbers/],
    [changed({ index: 1e15 }), /index/],
    [changed({ index: 0.5 }), /index/],
    ['{"type":"ready","workers":0}', /workers/],
    ['{"type":"looked","found":{"load":0}}', /found.load is not above 0/],
    ['{"type":"looked","found":{}}', /found.load is missing/],
    ['{"type":"level"}', /aheadMs is missing/],
    ['{"type":"ready","workers":1000000000}', /workers/],
    [changed({ samples: ['AAAA'] }), /samples/],
    [changed({ samples: 'x' }), /samples/],
    [changed({ timings: ['AAAA'] }), /timings/],
    [changed({ timings: [words((1 << 20) | 2, 5)], timingNames: [] }), /timings is not timings with a name/],
    [
      changed({ timings: [words(2, 5)], timingNames: [{ request: 1, names: ['a'], hasMore: false }] }),
      /timings/,
    ],
    [changed({ timingNames: [{ request: 9, names: [], hasMore: false }] }), /request 9 of 3/],
    [
      changed({ timingNames: [{ request: 1, names: new Array(21).fill('a'), hasMore: false }] }),
      /at most 20/,
    ],
    [changed({ failures: [{ request: 9, statuses: [], errors: [], retryErrors: [] }] }), /request 9 of 3/],
  ])('%j', (line, message) => {
    expect(() => readAnswer(line, SERIES)).toThrow(message)
  })

  test('a sample of a request that the scenario does not have', () => {
    const line = JSON.stringify(answerToJson({ type: 'window', worker: 0, window: makeWindow() }))
    expect(() => readAnswer(line, 2)).toThrow(/request 2 of 2/)
  })
})

describe('what is no order is refused', () => {
  test.each([
    ['{"type":"hello"}', /hello is no message of a coordinator/],
    ['{"type":"start"}', /atMs/],
    ['{"type":"level","atMs":1000,"level":-1}', /level is not 0 or more/],
    ['{"type":"level","level":1}', /atMs is missing/],
    ['{"type":"look"}', /pausesMs is missing/],
    ['{"type":"assign","assignment":{"index":3,"of":2}}', /one of 1 to 2/],
    ['{"type":"job","job":{"file":"x"}}', /job.load is missing/],
  ])('%j', (line, message) => {
    expect(() => readOrder(line)).toThrow(message)
  })
})

test('a load that is steered arrives as it was sent', () => {
  const steered = { of: 'vus', most: 40, durationMs: 60_000 } as const
  const assignment = {
    ...{ target: 'http://h', seed: 1, today: 0, variables: {}, workers: null, steered },
    ...{ index: 1, of: 2 },
  }
  const send = (order: object) => readOrder(JSON.stringify(order))
  expect(send({ type: 'assign', assignment })).toEqual({ type: 'assign', assignment })
  const level = { type: 'level', atMs: 2000, level: 12.5 }
  expect(send(level)).toEqual(level)
  const wrong = { type: 'assign', assignment: { ...assignment, steered: { ...steered, of: 'users' } } }
  expect(() => send(wrong)).toThrow(/steered.of is not one of rate, vus/)
})
