/**
 * Runs a load in virtual time: the clock jumps from event to event, and the service is a function.
 */

import type { Connection, Exchange } from '../../src/load/connection.js'
import { WorkerLoad } from '../../src/load/engine/worker-load.js'
import type { WorkerLoadEnd, World } from '../../src/load/engine/world.js'
import { segmentOf } from '../../src/load/fleet/segments.js'
import { Collector } from '../../src/load/measure/collector.js'
import type { Failure } from '../../src/load/response/failure.js'
import { ReceivedResponse as Kept, ResponseHead } from '../../src/load/response/response.js'
import { type SideTurns, sideOf } from '../../src/plan/ab-turns.js'
import { makeSharedCursors } from '../../src/plan/feeder-sources.js'
import { type ExecutionSegment, makeCounters } from '../../src/plan/numbers.js'
import type { Plan } from '../../src/plan/plan.js'
import type { Outgoing } from '../../src/plan/request.js'
import { listSeries } from '../../src/plan/series.js'
import type { Load } from '../../src/scenario/model/load-types.js'
import type { RequestSpec } from '../../src/scenario/model/request.js'
import type { Scenario } from '../../src/scenario/model/scenario.js'
import { readScenario } from '../../src/scenario/read.js'

/** The outcome of a request. `Infinity` never responds; a request that can't be written fails inside `send`. */
interface Answer {
  readonly afterMs: number | 'at once'
  readonly status?: number
  readonly failure?: Failure
  /** A JSON value. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A request as the service received it. */
interface Arrived {
  readonly at: number
  readonly path: string
  readonly headers: readonly string[]
  readonly body: string | null
  readonly worker: number
}

export interface Simulation {
  readonly load: Load
  readonly service?: (arrived: Arrived) => Answer
  readonly requests?: readonly Partial<RequestSpec>[]
  /** A scenario file whose requests and steps are sent instead. */
  readonly scenario?: string
  readonly data?: Plan['data']
  readonly timeoutMs?: number
  readonly workers?: number
  /** The machine, from 0, and the number of machines. */
  readonly shard?: ExecutionSegment
  readonly seed?: number
  /** Sends only in these slices, as one side of an A/B session. */
  readonly turns?: SideTurns
  /** Only `setLevel` of the workers sets the level. */
  readonly isSteered?: true
  /** Called when an iteration begins on a connection, with the number of requests so far. */
  readonly onBegin?: (arrived: number) => void
  /** Called with the workers before the clock runs, to plan interventions. */
  readonly during?: (parts: readonly WorkerLoad[], at: (moment: number, action: () => void) => void) => void
  /** From this time on, the thread is blocked for that long. */
  readonly blocked?: { readonly at: number; readonly forMs: number }
}

export interface Simulated {
  readonly collector: Collector
  readonly ends: readonly WorkerLoadEnd[]
  readonly arrived: readonly Arrived[]
  /** The most requests in flight at once. */
  readonly inFlightMost: number
  /** The virtual time at which nothing was left to do, since the measured part began. */
  readonly overAt: number
}

/** The measured part begins at 0 of the virtual time; the clock itself starts elsewhere. */
const CLOCK_START = 123_456.789

export async function simulate(simulation: Simulation): Promise<Simulated> {
  const { load, workers = 1, shard, turns, service = (): Answer => ({ afterMs: 1 }) } = simulation
  const clock = new VirtualClock(CLOCK_START)
  const plan = {
    ...makeTestPlan(simulation),
    ...(simulation.isSteered && { isSteered: simulation.isSteered }),
  }
  const collector = new Collector(
    listSeries(plan),
    workers,
    () => {},
    turns && { isOwn: (second) => sideOf(second) === turns.side },
  )
  const arrived: Arrived[] = []
  const startAt = CLOCK_START + load.warmupMs
  let inFlight = 0
  let inFlightMost = 0

  function connect(worker: number): Connection {
    const state = {
      sentAt: 0,
      firstByteAt: 0,
      status: 0,
      bytesSent: 100,
      bytesReceived: 200,
      answer: null as Kept | null,
    }
    let cancel = () => {}
    return Object.assign(state, {
      send(request: Outgoing, exchange: Exchange) {
        const { path, headers } = request
        const body = request.body as string | null
        const arrival = { at: clock.now - startAt, path, headers: [...headers], body, worker }
        arrived.push(arrival)
        inFlightMost = Math.max(inFlightMost, ++inFlight)
        const answer = service(arrival)
        // A request that fails at once was never written.
        state.sentAt = answer.afterMs === 'at once' ? 0 : clock.now
        state.status = 0
        const end = () => {
          inFlight--
          state.firstByteAt = clock.now
          state.status = answer.failure === undefined ? (answer.status ?? 200) : 0
          state.answer = keptOf(answer)
          exchange.ended(answer.failure ?? null, clock.now)
        }
        // Not before `send` has returned.
        cancel = clock.at(clock.now + (answer.afterMs === 'at once' ? 0 : answer.afterMs), end)
      },
      abort() {
        inFlight--
        cancel()
      },
      close: async () => {},
      begin: () => simulation.onBegin?.(arrived.length),
    })
  }

  const parts = Array.from({ length: workers }, (_, index) => {
    const world: World = {
      now: () => clock.now,
      alarm(ring) {
        let cancel = () => {}
        return (moment) => {
          cancel()
          cancel = clock.at(moment, ring)
        }
      },
      connect: () => connect(index),
      load: () => ({ busy: 0.1, cpu: 0.1, starved: 0, gcMs: 0, gcMsMax: 0 }),
    }
    return new WorkerLoad(plan, segmentOf(index, workers, shard), {
      world,
      beginAt: CLOCK_START,
      emit: (window) => collector.add(index, window),
    })
  })
  simulation.during?.(parts, (moment, action) => void clock.at(startAt + moment, action))
  const { blocked } = simulation
  if (blocked !== undefined) clock.at(startAt + blocked.at, () => clock.block(blocked.forMs))
  clock.run()
  const ends = await Promise.all(parts.map((part) => part.done))
  for (let worker = 0; worker < workers; worker++) collector.end(worker)
  return { collector, ends, arrived, inFlightMost, overAt: clock.now - startAt }
}

/** A closed load; by default one constant user for ten seconds. */
export function closedLoad(load: Partial<Extract<Load, { model: 'closed' }>> = {}): Load {
  const stages = load.stages ?? [{ durationMs: 10_000, target: 1 }]
  return {
    model: 'closed',
    warmupMs: 0,
    gracefulStopMs: 5000,
    iterations: null,
    start: stages[0]!.target,
    thinkTimeMs: [0, 0],
    ...load,
    stages,
  }
}

/** An open load; by default 100 arrivals a second for ten seconds. */
export function openLoad(load: Partial<Extract<Load, { model: 'open' }>> = {}): Load {
  const stages = load.stages ?? [{ durationMs: 10_000, target: 100 }]
  return {
    model: 'open',
    warmupMs: 0,
    gracefulStopMs: 5000,
    iterations: null,
    start: stages[0]!.target,
    arrivals: 'even',
    maxVus: 1000,
    ...load,
    stages,
  }
}

function keptOf({ body, headers = {} }: Answer): Kept {
  const kept = new Kept(new ResponseHead(Object.entries(headers)), 'body')
  if (body !== undefined) kept.add(Buffer.from(JSON.stringify(body)))
  return kept
}

export function makeTestPlan({
  load,
  requests = [{}],
  scenario,
  data = {},
  timeoutMs = 10_000,
  seed = 1,
  turns,
}: Simulation): Plan {
  const parts: Partial<ReturnType<typeof pickParts>> =
    scenario === undefined ? {} : pickParts(readScenario(scenario, { file: 'test.yaml', env: {} }))
  const sharedCursors = makeSharedCursors(parts.data ?? data)
  return {
    target: 'http://localhost:1',
    load,
    http: { timeoutMs, connectTimeoutMs: 5000, insecure: false, headers: {} },
    data,
    ...(sharedCursors && { sharedCursors }),
    counters: makeCounters(),
    requests: requests.map((request, i) => ({
      name: `request ${i}`,
      weight: 1,
      method: 'GET',
      path: [`/${i}`],
      headers: {},
      body: null,
      expect: { status: [[200, 399]] },
      line: 1,
      ...request,
    })),
    beforeEach: [],
    variables: {},
    seed,
    today: Date.UTC(2026, 0, 1),
    ...(turns && { turns }),
    ...parts,
  }
}

function pickParts({ data, requests, beforeEach, observe }: Scenario) {
  return { data, requests, beforeEach, ...(observe && { observe }) }
}

class VirtualClock {
  now: number
  private events: { at: number; order: number; action: (() => void) | null }[] = []
  private order = 0

  constructor(start: number) {
    this.now = start
  }

  /** Calls back at `at`, never synchronously, and never for `Infinity`. Returns a function that cancels it. */
  at(at: number, action: () => void): () => void {
    if (at === Number.POSITIVE_INFINITY) return () => {}
    const event = { at: Math.max(at, this.now), order: this.order++, action: action as (() => void) | null }
    let low = 0
    let high = this.events.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = this.events[middle]!
      if (other.at > event.at || (other.at === event.at && other.order > event.order)) low = middle + 1
      else high = middle
    }
    this.events.splice(low, 0, event)
    return () => {
      event.action = null
    }
  }

  run(): void {
    for (let event = this.events.pop(); event !== undefined; event = this.events.pop()) {
      if (event.action === null) continue
      this.now = Math.max(this.now, event.at)
      event.action()
    }
  }

  /** Events due meanwhile happen after it. */
  block(forMs: number): void {
    this.now += forMs
  }
}
