/**
 * Compiles the collector's code before the load. Otherwise its first seconds take ten times as long as later ones: on a
 * machine whose cores are all in use, requests would be sent that much later.
 */
import { Collector } from './collector.js'
import { type WindowData, WindowRecorder } from './window-recorder.js'

const SECONDS = 4
const SAMPLES = 20_000
const IDLE = { vus: () => 1, load: () => ({ busy: 0, cpu: null, starved: null, gcMsMax: 0, gcMs: 0 }) }

/** Collects seconds of made-up samples, which takes about 50 ms. */
export function warmUpCollector(): void {
  const collector = new Collector([{ name: '', kind: 'request' }], 1, () => {})
  const recorder = new WindowRecorder({
    ...{ requests: 1, startAt: 0, warmupMs: 0, durationMs: (SECONDS + 1) * 1000, gauges: IDLE },
    emit: (window: WindowData) => collector.add(0, window),
  })
  for (let second = 0; second < SECONDS; second++) {
    for (let i = 0; i < SAMPLES; i++) {
      const ms = 0.1 + (i % 5000) / 100
      recorder.seriesAt(second * 1000, 0).recordSuccess(200, ms, ms, ms)
      recorder.recordLateness(ms)
    }
    recorder.roll((second + 1) * 1000)
  }
  collector.requests(SECONDS)
}
