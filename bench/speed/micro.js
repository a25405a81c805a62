/**
 * Micro-benchmarks of perfctl's own parts of the hot path.
 */
import { performance } from 'node:perf_hooks'
import { Timers, Waiting } from '../../dist/load/engine/timer-wheel.js'
import { WindowRecorder } from '../../dist/load/measure/window-recorder.js'
import { Iterations } from '../../dist/plan/iteration.js'
import { Mix } from '../../dist/plan/mix.js'
import { readScenario } from '../../dist/scenario/read.js'

const CALLS = 300_000

/** Nanoseconds per operation, the best of five runs. */
export function measureMicro() {
  const mix = new Mix([60, 30, 10, 5, 1])
  const plain = iterations('requests: [{ get: / }]')
  const path = iterations('requests: [{ get: "/items/{{ randomInt(1, 1000) }}?q={{ word }}" }]')
  const body = iterations(
    'requests: [{ post: /, json: { id: "{{ uuid() }}", n: "{{ randomInt(1, 9) }}", q: "{{ word }}" } }]',
  )
  const recorder = new WindowRecorder({
    requests: 1,
    startAt: 0,
    warmupMs: 0,
    durationMs: 1e9,
    gauges: { vus: () => 1, load: () => ({ busy: 0, gcMs: 0, gcMsMax: 0 }) },
    emit() {},
  })
  const timers = new Timers(0, () => {})
  const waiting = new Sleeper()
  return {
    'choice by weight': best((n) => mix.pick((n % 1000) / 1000)),
    'iteration without holes': best((n) => plain.prepare(n, false)),
    'iteration with two in the path': best((n) => path.prepare(n, false)),
    'iteration with three in a body': best((n) => body.prepare(n, false)),
    'record a success': best((n) =>
      recorder.seriesAt(1, 0).recordSuccess(200, (n % 900) / 7, (n % 800) / 7, (n % 700) / 7),
    ),
    'set and clear a deadline': best((n) => {
      timers.add(waiting, n + 10_000)
      timers.remove(waiting)
    }),
  }
}

class Sleeper extends Waiting {
  wake() {}
}

function iterations(requests) {
  const text = `target: http://localhost:1\ndata: { word: [one, two, three] }\n${requests}`
  const scenario = readScenario(text, { file: 'bench.yaml', env: {} })
  return new Iterations({ ...scenario, variables: {}, seed: 1, today: 0 })
}

function best(action) {
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now()
    for (let n = 0; n < CALLS; n++) action(n)
    return ((performance.now() - start) * 1e6) / CALLS
  })
  return Math.min(...times)
}
