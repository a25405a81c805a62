import { describe, expect, test } from 'vitest'
import { Shape } from '../../src/base/shape.js'
import { cpuPerRequestOf, listSent, makeCpuWindows, readCpuWindow } from '../../src/stats/target-windows.js'

const window = (start: number, requests: number) => ({
  start,
  duration: 1,
  requests,
  failed: 0,
  histogram: '',
})

describe('the requests of each window', () => {
  test('are those of all requests and steps, without journeys, up to the next window', () => {
    const requests = [
      { kind: 'request', windows: [window(0, 5), window(3, 7)] },
      { kind: 'step', windows: [window(0, 1), window(4, 2)] },
      { kind: 'journey', windows: [window(0, 90)] },
    ] as const
    expect(listSent(requests, 6.5)).toEqual([
      { start: 0, duration: 3, requests: 6 },
      { start: 3, duration: 1, requests: 7 },
      { start: 4, duration: 2.5, requests: 2 },
    ])
  })

  test('are left out after the end of the run', () => {
    expect(listSent([{ kind: 'request', windows: [window(0, 5), window(1, 1)] }], 1)).toEqual([
      { start: 0, duration: 1, requests: 5 },
    ])
    expect(listSent([], 9)).toEqual([])
  })
})

describe('the CPU time of each window', () => {
  const second = (start: number, duration = 1) => ({ start, duration, requests: 10 })
  const reading = (atMs: number, cpuMs: number) => ({ atMs, cpuMs })

  test('is exact although readings are late, and even where one is missing', () => {
    const readings = [reading(5, 100), reading(1020, 303), reading(3000, 699), reading(4010, 1204)]
    const windows = makeCpuWindows(readings, [second(0), second(1), second(2), second(3)])
    expect(windows.map(({ cpuMs }) => Math.round(cpuMs))).toEqual([199, 200, 200, 500])
  })

  test('reaches to the next turn of a side', () => {
    const readings = [0, 1, 2, 3, 4, 5].map((at) => reading(1000 * at, 100 * at))
    expect(makeCpuWindows(readings, [second(0, 3), second(3, 1), second(4, 1)])).toEqual([
      { start: 0, duration: 3, requests: 10, cpuMs: 300 },
      { start: 3, duration: 1, requests: 10, cpuMs: 100 },
      { start: 4, duration: 1, requests: 10, cpuMs: 100 },
    ])
  })

  test('is unknown where there are no readings', () => {
    const readings = [reading(0, 0), reading(1000, 400)]
    expect(makeCpuWindows(readings, [second(0), second(1)])).toHaveLength(1)
    expect(makeCpuWindows([], [second(0)])).toEqual([])
    expect(makeCpuWindows([reading(0, 0)], [second(0)])).toEqual([])
  })

  test('is divided by all requests together', () => {
    const cpu = { start: 0, duration: 1, requests: 10, cpuMs: 20 }
    expect(cpuPerRequestOf([cpu, { ...cpu, requests: 30, cpuMs: 20 }])).toBe(1)
    expect(cpuPerRequestOf([{ ...cpu, requests: 0 }])).toBe(null)
  })

  test('is refused if a file has less than none', () => {
    const read = (fields: object) => readCpuWindow(Shape.parse(JSON.stringify(fields)))
    const good = { start: 1, duration: 2, requests: 3, cpuMs: 4.5 }
    expect(read(good)).toEqual(good)
    expect(() => read({ ...good, cpuMs: -1 })).toThrow(/cpuMs/)
    expect(() => read({ ...good, requests: 1.5 })).toThrow(/requests/)
  })
})
