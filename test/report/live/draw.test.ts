import { describe, expect, test } from 'vitest'
import { drawAgents, drawFrame, drawGenerator, drawLine } from '../../../src/report/live/draw.js'
import { createStyle } from '../../../src/report/style.js'
import type { Frame } from '../../../src/stats/frame.js'

const plain = { style: createStyle(false), ascii: false }

const FRAME: Frame = {
  phase: 'load',
  elapsedMs: 12_004,
  totalMs: 27_000,
  stage: 1,
  stages: 2,
  vus: 20,
  requestsPerSecond: 1234,
  failedPerSecond: 0,
  p50Ms: 2,
  p95Ms: 12.34,
  p99Ms: 20,
  requests: 14_808,
  failed: 3,
  busy: 0.3,
  dropped: 0,
  latenessMsP99: null,
  series: [],
}

const FRAMES = {
  load: FRAME,
  'warm-up': {
    ...FRAME,
    phase: 'warm-up',
    elapsedMs: 0,
    stage: 0,
    requestsPerSecond: 0,
    p95Ms: null,
    requests: 0,
    failed: 0,
  },
  stopping: { ...FRAME, phase: 'stopping', elapsedMs: 29_000, vus: 1, failed: 1, requestsPerSecond: 0.5 },
  busy: { ...FRAME, busy: 0.934, p95Ms: 0.42 },
  endless: { ...FRAME, totalMs: Number.POSITIVE_INFINITY, stages: 1 },
  huge: {
    ...FRAME,
    elapsedMs: 3_599_000,
    totalMs: 7_200_000,
    vus: 100_000,
    requestsPerSecond: 1_234_567,
    requests: 4e9,
    failed: 2e9,
    busy: 1,
    p95Ms: 61_000,
  },
} satisfies Record<string, Frame>

describe.each(Object.entries(FRAMES))('a frame: %s', (name, frame) => {
  test.each([40, 80, 120])(`looks like this at ${name} × %d`, async (width) => {
    await expect(`${drawFrame(frame, width, plain).join('\n')}\n`).toMatchFileSnapshot(
      `golden/${name}-${width}.txt`,
    )
  })

  test('is never too wide, with or without colors', () => {
    for (let width = 1; width <= 200; width++) {
      for (const style of [createStyle(false), createStyle(true)]) {
        for (const line of drawFrame(frame, width, { style, ascii: false })) {
          expect(visible(line).length, visible(line)).toBeLessThanOrEqual(width)
        }
      }
    }
  })

  test('is the same text in color', () => {
    const colored = drawFrame(frame, 80, { style: createStyle(true), ascii: false })
    expect(colored.map(visible)).toEqual(drawFrame(frame, 80, plain))
    expect(colored.join('')).toContain('\x1b[')
  })
})

test('errors are red, or green if there are none', () => {
  const look = { style: createStyle(true), ascii: false }
  expect(drawFrame(FRAME, 80, look)[1]).toContain('\x1b[31m3 errors (0.02%)\x1b[39m')
  expect(drawFrame({ ...FRAME, failed: 0 }, 80, look)[1]).toContain('\x1b[32m0 errors\x1b[39m')
})

test('errors and throughput are left out last', () => {
  const secondLine = (width: number) => drawFrame(FRAMES.busy, width, plain)[1]
  expect(secondLine(50)).toBe('20 VUs  1,234/s  3 errors  p95 420µs  93% busy')
  expect(secondLine(45)).toBe('1,234/s  3 errors  p95 420µs  93% busy')
  expect(secondLine(30)).toBe('1,234/s  3 errors  p95 420µs')
  expect(secondLine(20)).toBe('1,234/s  3 errors')
  expect(secondLine(10)).toBe('3 errors')
})

describe('the generator', () => {
  const line = (frame: Partial<Frame>, dropped: number, width: number) =>
    drawGenerator({ ...FRAME, ...frame }, dropped, width, plain)

  test.each([
    [80, 'generator 93% busy, near its limit   sent 14.0ms late (p99)   12 dropped'],
    [50, '! 93% busy  sent 14.0ms late  12 dropped'],
    [30, '! 93% busy  12 dropped'],
    [12, '! 93% busy'],
  ])('near its limit is marked, on %i columns', (width, text) => {
    expect(line({ busy: 0.93, latenessMsP99: 14 }, 12, width)).toBe(text)
  })

  test('without lateness leaves it out', () => {
    expect(line({ busy: 0.3 }, 0, 80)).toBe('generator 30% busy   none dropped')
  })
})

test('a log has everything on one line', () => {
  expect(drawLine(FRAMES.busy, createStyle(false))).toBe(
    '0:12 / 0:27  stage 1/2, 20 virtual users, 1,234 requests/s, 3 errors (0.02%), p95 420µs, generator 93% busy',
  )
})

function visible(line: string): string {
  return line.replace(/\x1b\[[\d;]*m/g, '')
}

describe('the agents', () => {
  const agent = { name: 'one', requestsPerSecond: 400, busy: 0.3, isLost: false }
  test.each([
    [[agent, { ...agent, name: 'two', requestsPerSecond: 12 }], 80, 'agents: one 400/s, two 12.0/s'],
    [[agent, { ...agent, name: 'two', busy: 0.93 }], 80, 'agents: one 400/s, two 400/s (93% busy)'],
    [[agent, { ...agent, name: 'two', busy: 0.93, isLost: true }], 80, 'agents: one 400/s, two lost'],
    [[agent, { ...agent, name: 'a\u001b[31mb' }], 30, 'agents: one 400/s, a'],
  ])('%#', (agents, width, text) => {
    const line = drawAgents(agents, width, plain)
    expect(line.startsWith(text)).toBe(true)
    expect(line.length).toBeLessThanOrEqual(width)
    expect(line).not.toContain('\u001b')
  })
})
