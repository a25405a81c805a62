/**
 * What a queue carries in the long run: from theory where there is one, otherwise from long simulations. Nothing here knows of
 * trials or searches.
 */
import { Random } from '../../../src/base/rng.js'
import { exponential, Queue, type ServiceModel } from './queue.js'

/** A limit on the latency. */
export interface Slo {
  readonly metric: 'mean' | 'p95'
  readonly seconds: number
}

/** When requests arrive: as a Poisson process, or evenly spaced. */
export type Arrivals = 'poisson' | 'even'

const known = new Map<string, number>()

/** Returns the load in requests per second at which the latency in the long run is just the limit. */
export function trueCapacity(...question: Parameters<typeof findCapacity>): number {
  const key = JSON.stringify(question)
  const capacity = known.get(key) ?? findCapacity(...question)
  known.set(key, capacity)
  return capacity
}

function findCapacity(
  model: ServiceModel,
  slo: Slo,
  arrivals: Arrivals,
  by: 'theory' | 'simulation' = 'theory',
): number {
  const most = model.servers / model.seconds
  // Without any randomness, nothing waits until there is no more room.
  if (model.isFixed && arrivals === 'even') return most
  const hasTheory = !model.isFixed && arrivals === 'poisson' && by === 'theory'
  const latency = hasTheory ? erlang(model, slo) : simulated(model, slo, arrivals)
  let [low, high] = [0, most]
  for (let step = 0; step < 24; step++) {
    const middle = (low + high) / 2
    if (latency(middle) > slo.seconds) high = middle
    else low = middle
  }
  return (low + high) / 2
}

/** The latency of M/M/c by Erlang's formula for the probability to wait (1917). */
function erlang({ servers, seconds }: ServiceModel, { metric }: Slo): (load: number) => number {
  return (load) => {
    const offered = load * seconds
    let blocked = 1
    for (let k = 1; k <= servers; k++) blocked = (offered * blocked) / (k + offered * blocked)
    const waiting = blocked / (1 - (offered / servers) * (1 - blocked))
    const [rate, spare] = [1 / seconds, servers / seconds - load]
    if (metric === 'mean') return seconds + waiting / spare
    const beyond = (t: number) => {
      const own = Math.exp(-rate * t)
      // Waiting (exponential with the spare rate) and service one after the other.
      const both =
        Math.abs(rate - spare) < 1e-9
          ? (1 + rate * t) * own
          : (rate * Math.exp(-spare * t) - spare * own) / (rate - spare)
      return (1 - waiting) * own + waiting * both
    }
    let [low, high] = [0, 1e4 * seconds]
    for (let step = 0; step < 60; step++) {
      const middle = (low + high) / 2
      if (beyond(middle) > 0.05) low = middle
      else high = middle
    }
    return (low + high) / 2
  }
}

const LONG_RUN = 200_000

/** The latency of so many requests, always with the same random numbers. */
function simulated(model: ServiceModel, { metric }: Slo, arrivals: Arrivals): (load: number) => number {
  return (load) => {
    const random = new Random(1)
    const queue = new Queue(model, random)
    const latencies = new Float64Array(LONG_RUN)
    let at = 0
    for (let i = 0; i < LONG_RUN; i++) {
      at += (arrivals === 'even' ? 1 : exponential(random)) / load
      latencies[i] = queue.serve(at) - at
    }
    if (metric === 'mean') return latencies.reduce((sum, latency) => sum + latency, 0) / LONG_RUN
    return latencies.sort()[Math.floor(0.95 * LONG_RUN)]!
  }
}
