/**
 * How long a worker stops when it hands over the figures of a second: the only bookkeeping that isn't part of a request.
 */
import { performance } from 'node:perf_hooks'
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { WindowRecorder } from '../../dist/load/measure/window-recorder.js'
import { Histogram } from '../../dist/stats/histogram.js'
import { buffersOf } from '../../dist/stats/sheet.js'

const SECONDS = 60
const SAMPLES = 90_000

/** Returns `name` and the percentiles `p50`, `p99` and `max` in ms, for scenarios of several sizes. */
export function measurePauses() {
  return [1, 50, 300, 2000].map((names) => {
    const pauses = measure(names)
    const ms = (percentile) => pauses.valueAtPercentile(percentile) / 1000
    return { name: `${names} names`, p50: ms(50), p99: ms(99), max: ms(100) }
  })
}

function measure(names) {
  const { port1, port2 } = new MessageChannel()
  const recorder = new WindowRecorder({
    requests: names,
    startAt: 0,
    warmupMs: 0,
    durationMs: 1e9,
    gauges: { vus: () => 1, load: () => ({ busy: 0, cpu: 0, starved: 0, gcMs: 0, gcMsMax: 0 }) },
    emit: (window) => port1.postMessage(window, buffersOf(window.sheet)),
  })
  const pauses = new Histogram()
  for (let second = 0; second < SECONDS; second++) {
    for (let i = 0; i < SAMPLES; i++) {
      const row = recorder.seriesAt(second * 1000, (i * 7919) % names)
      row.bytesSent += 100
      row.recordSuccess(200, (i % 900) / 7, (i % 800) / 7, (i % 700) / 7)
    }
    const begun = performance.now()
    recorder.roll((second + 1) * 1000)
    pauses.record((performance.now() - begun) * 1000)
    // What nobody takes fills the memory.
    receiveMessageOnPort(port2)
  }
  port1.close()
  port2.close()
  return pauses
}
