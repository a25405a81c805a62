import { describe, expect, test } from 'vitest'
import type { Reading } from '../../../../src/report/live/stream/readings.js'
import { readFrame, watchWith } from '../../../../src/report/live/stream/readings.js'
import { BUSY, HOSTILE, JOURNEY, makeFrame, RUN } from './frames.js'

/** Formats numeric readings as `name{labels} value`. */
function show(readings: readonly Reading[]): string[] {
  return readings.map(({ metric, labels, value }) => {
    const pairs = labels.map(([name, text]) => `${name}=${text}`).join(' ')
    return `${metric.id}{${pairs}} ${typeof value === 'number' ? value : `of ${value.count}`}`
  })
}

test('a second is counted by request, failures by kind, responses by status', () => {
  expect(show(readFrame(BUSY, [['scenario', 'shop']]))).toEqual([
    'http_reqs{scenario=shop name=search phase=load} 4',
    'http_req_failed{scenario=shop name=search phase=load} 0',
    'http_responses{scenario=shop name=search phase=load status=200} 4',
    'http_req_duration{scenario=shop name=search phase=load} of 4',
    'http_req_waiting{scenario=shop name=search phase=load} of 4',
    'data_sent{scenario=shop name=search phase=load} 400',
    'data_received{scenario=shop name=search phase=load} 4000',
    `http_reqs{scenario=shop name=${HOSTILE} phase=load} 4`,
    `http_req_failed{scenario=shop name=${HOSTILE} phase=load} 3`,
    `http_req_errors{scenario=shop name=${HOSTILE} phase=load error=status} 2`,
    `http_req_errors{scenario=shop name=${HOSTILE} phase=load error=timeout} 1`,
    `http_responses{scenario=shop name=${HOSTILE} phase=load status=200} 1`,
    `http_responses{scenario=shop name=${HOSTILE} phase=load status=503} 1`,
    `http_responses{scenario=shop name=${HOSTILE} phase=load status=404} 1`,
    `http_req_duration{scenario=shop name=${HOSTILE} phase=load} of 1`,
    `http_req_waiting{scenario=shop name=${HOSTILE} phase=load} of 1`,
    `data_sent{scenario=shop name=${HOSTILE} phase=load} 400`,
    `data_received{scenario=shop name=${HOSTILE} phase=load} 4000`,
    'dropped_iterations{scenario=shop phase=load} 3',
    'vus{scenario=shop} 5',
    'generator_busy{scenario=shop} 0.25',
    'generator_scheduling_lag{scenario=shop} 0.5',
  ])
})

test.each([
  ['warm-up', 'warm-up'],
  ['load', 'load'],
  ['stopping', 'load'],
] as const)('what is sent while the run is in its phase %s is of the phase %s', (phase, label) => {
  const [first] = readFrame(makeFrame({ a: {} }, { phase }), [])
  expect(first!.labels).toContainEqual(['phase', label])
})

test('a journey is counted separately from its steps, which are requests', () => {
  const readings = readFrame(JOURNEY, [['scenario', 'shop']])
  expect(show(readings).filter((line) => line.includes('name=buy'))).toEqual([
    'journeys{scenario=shop name=buy phase=load} 3',
    'journeys_failed{scenario=shop name=buy phase=load} 1',
    'journey_duration{scenario=shop name=buy phase=load} of 2',
  ])
  const requests = readings.filter(({ metric }) => metric.id === 'http_reqs')
  expect(show(requests)).toEqual([
    'http_reqs{scenario=shop name=search phase=load} 3',
    'http_reqs{scenario=shop name=order phase=load} 3',
  ])
})

test('lateness is left out if no request can have any', () => {
  const readings = readFrame(makeFrame({}, { latenessMsP99: null }), [])
  expect(show(readings)).toEqual(['dropped_iterations{phase=load} 3', 'vus{} 5', 'generator_busy{} 0.25'])
})

describe('a watcher', () => {
  function watch(env: Readonly<Record<string, string>> = {}) {
    const taken: { lines: string[]; atMs: number }[] = []
    const meter = {
      take: (readings: readonly Reading[], atMs: number) => void taken.push({ lines: show(readings), atMs }),
      close: async () => {},
    }
    return { taken, watcher: watchWith(meter, env) }
  }

  test('sets gauges to 0 when a run ends', () => {
    const { taken, watcher } = watch()
    watcher.open(RUN)
    watcher.frame(BUSY)
    watcher.done(null)
    expect(taken.at(-1)!.lines).toEqual(['vus{scenario=shop} 0', 'generator_busy{scenario=shop} 0'])
  })

  test('never uses a time twice', () => {
    const { taken, watcher } = watch()
    watcher.open(RUN)
    for (let i = 0; i < 50; i++) watcher.frame(makeFrame({}))
    const times = taken.map(({ atMs }) => atMs)
    expect(times.every((ms, i) => i === 0 || ms > times[i - 1]!)).toBe(true)
  })

  test('adds the labels of the user to everything', () => {
    const { taken, watcher } = watch({ PERFCTL_STREAM_LABELS: 'branch=fix%2C%20it, job=42' })
    watcher.open(RUN)
    watcher.frame(makeFrame({}))
    expect(taken[0]!.lines).toContain('vus{scenario=shop branch=fix, it job=42} 5')
  })

  test.each([
    ['branch', 'PERFCTL_STREAM_LABELS: not a list of name=value'],
    ['my-branch=a', 'PERFCTL_STREAM_LABELS: "my-branch" is not a label name'],
    ['__name__=a', 'PERFCTL_STREAM_LABELS: "__name__" is not a label name'],
    ['phase=a', 'PERFCTL_STREAM_LABELS: phase is a label that perfctl sets itself'],
  ])('refuses the labels %s', (text, message) => {
    expect(() => watch({ PERFCTL_STREAM_LABELS: text })).toThrow(message)
  })
})
