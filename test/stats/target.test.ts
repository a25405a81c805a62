import { describe, expect, test } from 'vitest'
import { Shape } from '../../src/base/shape.js'
import {
  growthPerMinute,
  joinTargets,
  readTarget,
  summarizeTarget,
  type TargetReading,
  unmeasuredTarget,
} from '../../src/stats/target.js'

const reading = (atMs: number, cpuMs: number, memoryBytes = 100, throttledMs: number | null = null) =>
  ({ atMs, cpuMs, memoryBytes, throttledMs, threads: 4, openFiles: 20 }) satisfies TargetReading

const ENDED = { kind: 'ended', message: 'the observed process ended' } as const

function summarize(readings: readonly TargetReading[], requests = 100) {
  const sent = [{ start: 0, duration: 1, requests }]
  return summarizeTarget({ readings, requests, sent, isSum: false, failures: [] })
}

describe('the figures of the measured part', () => {
  test('are what was used between the first and the last reading', () => {
    const readings = [reading(2, 5000, 300, 10), reading(1002, 5500, 900, 10), reading(4002, 5800, 200, 1510)]
    expect(summarize(readings, 400)).toEqual({
      cpuSeconds: 0.8,
      cpuPerRequest: 2,
      cpuCores: 0.2,
      throttledSeconds: 1.5,
      memory: { first: 300, last: 200, max: 900, growthPerMinute: null },
      threads: { first: 4, last: 4, max: 4 },
      openFiles: { first: 20, last: 20, max: 20 },
      // Two readings were left out: their time is in the one after them.
      timeline: [
        { second: 0, cpu: 0.5, memory: 900, throttledSeconds: 0 },
        { second: 3, cpu: 0.1, memory: 200, throttledSeconds: 1.5 },
      ],
      cpuWindows: [{ start: 0, duration: 1, requests: 400, cpuMs: 499 }],
      failures: [],
    })
  })

  test('have the open files at the beginning, at the end, and at most, if all were counted', () => {
    const readings = [20, 90, 35].map((openFiles, i) => ({ ...reading(1000 * i, 0), openFiles }))
    expect(summarize(readings).openFiles).toEqual({ first: 20, last: 35, max: 90 })
    const [first, ...rest] = readings
    expect(summarize([first!, { ...rest[0]!, openFiles: null }, rest[1]!])).toMatchObject({
      threads: { first: 4, last: 4, max: 4 },
      openFiles: null,
    })
  })

  test('are null without two readings, and per request without requests', () => {
    expect(summarize([])).toEqual(unmeasuredTarget([]))
    expect(summarize([reading(0, 1)])).toEqual(unmeasuredTarget([]))
    expect(summarize([reading(0, 0), reading(1000, 500)], 0)).toMatchObject({
      cpuSeconds: 0.5,
      cpuPerRequest: null,
    })
  })

  test('have the CPU time per request of the windows that were read, if the first reading was late', () => {
    const readings = [reading(3000, 0), reading(4000, 500), reading(5000, 1000)]
    const sent = [0, 1, 2, 3, 4].map((start) => ({ start, duration: 1, requests: 100 }))
    const figures = summarizeTarget({ readings, requests: 500, sent, isSum: false, failures: [] })
    expect(figures).toMatchObject({ cpuSeconds: 1, cpuPerRequest: 5 })
    const part = { target: figures, durationSeconds: 5, totals: { requests: 500 } }
    expect(joinTargets([part, part], [0, 5]).target).toMatchObject({ cpuSeconds: 2, cpuPerRequest: 5 })
  })

  test('have no CPU time per request if the process ended before the load', () => {
    const readings = [reading(0, 0), reading(1000, 500)]
    const figures = summarizeTarget({ readings, requests: 9, sent: [], isSum: true, failures: [ENDED] })
    expect(figures).toMatchObject({ cpuSeconds: 0.5, cpuPerRequest: null, failures: [ENDED] })
    expect(figures.memory?.isSum).toBe(true)
  })

  test('survive a result file', () => {
    const figures = summarizeTarget({
      readings: [reading(0, 0), reading(1000, 500), reading(2000, 600, 100, 40), reading(3000, 700, 100, 90)],
      requests: 9,
      sent: [{ start: 0, duration: 1, requests: 9 }],
      isSum: true,
      failures: [ENDED],
    })
    for (const each of [figures, unmeasuredTarget([ENDED])])
      expect(readTarget(Shape.parse(JSON.stringify(each)))).toEqual(each)
  })
})

describe('the growth of memory', () => {
  /** A run of so many seconds whose memory is given by the second. */
  const over = (seconds: number, memory: (second: number) => number) =>
    growthPerMinute(Array.from({ length: seconds }, (_, second) => ({ second, memory: memory(second) })))

  test('is not known in less than two minutes', () => {
    expect(over(119, (second) => second * 1e6)).toBe(null)
    expect(over(120, (second) => second * 1e6)).toBe(60e6)
  })

  test('is not that of a warm-up, nor of a garbage collector', () => {
    expect(over(300, (second) => Math.min(second, 100) * 1e6)).toBe(0)
    expect(over(300, (second) => 50e6 + (second % 7) * 3e6)).toBe(0)
  })

  test('is that of a leak below a garbage collector, and hardly that of a single jump', () => {
    expect(over(300, (second) => second * 1e6 + (second % 10) * 5e6)).toBe(60e6)
    expect(over(300, (second) => (second === 250 ? 900e6 : 10e6))).toBe(0)
    expect(over(300, (second) => (second < 295 ? 10e6 : 900e6))).toBe(0)
  })

  test('may be negative', () => {
    expect(over(240, (second) => 500e6 - second * 1e5)).toBe(-6e6)
  })
})

describe('the figures of several runs', () => {
  const run = (cpuMs: number, requests: number) => ({
    target: summarize([reading(0, 0, 100), reading(1000, cpuMs, cpuMs)], requests),
    durationSeconds: 1,
    totals: { requests },
  })

  test('add up', () => {
    expect(joinTargets([run(200, 100), run(400, 200)], [0, 1])).toEqual({
      target: {
        cpuSeconds: 0.6,
        cpuPerRequest: 2,
        cpuCores: 0.3,
        throttledSeconds: null,
        memory: { first: 100, last: 400, max: 400, growthPerMinute: null },
        threads: { first: 4, last: 4, max: 4 },
        openFiles: { first: 20, last: 20, max: 20 },
        timeline: [
          { second: 0, cpu: 0.2, memory: 200 },
          { second: 1, cpu: 0.4, memory: 400 },
        ],
        cpuWindows: [
          { start: 0, duration: 1, requests: 100, cpuMs: 200 },
          { start: 1, duration: 1, requests: 200, cpuMs: 400 },
        ],
        failures: [],
      },
    })
  })

  test('are those of the runs that have some', () => {
    const none = { target: unmeasuredTarget([ENDED]), durationSeconds: 1, totals: { requests: 900 } }
    expect(joinTargets([none, run(200, 100)], [0, 1]).target).toMatchObject({
      cpuSeconds: 0.2,
      cpuPerRequest: 2,
      cpuCores: 0.2,
      failures: [ENDED],
    })
    expect(joinTargets([none, none], [0, 1])).toEqual({ target: unmeasuredTarget([ENDED]) })
    expect(joinTargets([{ durationSeconds: 1, totals: { requests: 1 } }], [0])).toEqual({})
  })
})
