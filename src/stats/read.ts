/**
 * Reads result files: perfctl's own, and those of other programs with no more than `compare` needs.
 */
import { checkSchema, count, flag, list, number, readFileShape, Shape, text } from '../base/shape.js'
import { addTotals } from './add.js'
import { FAILURE_KINDS } from './failure-kinds.js'
import { readFinding } from './findings.js'
import { Histogram } from './histogram.js'
import { readObserved } from './observed.js'
import { ratesOf } from './rates.js'
import { readCapacity } from './read-capacity.js'
import { readGenerator } from './read-generator.js'
import { readHistogram } from './read-histogram.js'
import { readComparison, readThreshold } from './read-verdict.js'
import { readReadyMark } from './ready.js'
import {
  type ConnectionFigures,
  type ErrorCount,
  type LatencySummary,
  RESULT_SCHEMA,
  type RequestResult,
  type Result,
  type RetryCounts,
  type RunEnvironment,
  type RunMark,
  type ScenarioIdentity,
  type Session,
  type TimelinePoint,
  type Totals,
  type WarmupTotals,
  type Window,
} from './result.js'
import { readAgentMark, readShard, readShardMark } from './shard.js'
import { summarize } from './summary.js'
import { readTarget } from './target.js'
import { readWindow, totalsOfWindows } from './window.js'

/**
 * Parses a result from JSON. Required are the schema, the scenario's name, and each request's name and windows; the
 * rest is derived or left empty. Unknown fields are kept. Throws a UserError that names the file and the first invalid
 * field.
 */
export function parseResult(content: string, file: string): Result {
  return readFileShape(content, file, 'run the scenario again to get a new result', (root) => {
    checkSchema(root, RESULT_SCHEMA)
    return readResult(root)
  })
}

/** Returns the `schema` of a JSON text, which distinguishes results from baselines; null if it has none. */
export function schemaOf(content: string, file: string): string | null {
  return readFileShape(content, file, null, (root) => root.get('schema').or(text, null))
}

/** Reads the scenario that was measured. A missing hash is '', which matches any other. */
export function readScenarioIdentity(shape: Shape): ScenarioIdentity {
  const profile = shape.get('profile').or(text, null)
  return {
    name: shape.get('name').text(),
    file: shape.get('file').or(text, null),
    ...(profile !== null && { profile }),
    hash: shape.get('hash').or(text, ''),
    load: shape.get('load').or(text, ''),
    model: shape.get('model').or((model) => model.oneOf(['closed', 'open']), 'closed'),
    target: shape.get('target').or(text, ''),
  }
}

/** Reads where it was measured. Missing fields become `unknown`, or 0 cores. */
export function readRunEnvironment(shape: Shape): RunEnvironment {
  const field = (name: string) => (shape.exists ? shape.get(name) : new Shape(null, name))
  return {
    perfctl: field('perfctl').or(text, 'unknown'),
    node: field('node').or(text, 'unknown'),
    os: field('os').or(text, 'unknown'),
    cpu: field('cpu').or(text, 'unknown'),
    cores: field('cores').or(count, 0),
    workers: field('workers').or(count, 1),
    gitCommit: field('gitCommit').or(text, null),
    ...field('agents').or((agents) => ({ agents: count(agents) }), {}),
    ...field('yardstick').or((speed) => ({ yardstick: number(speed) }), {}),
  }
}

function readStack(shape: Shape): Pick<Result, 'errorStack'> {
  return shape.exists ? { errorStack: shape.text() } : {}
}

function readResult(root: Shape): Result {
  const requests = root.get('requests').list().map(readRequest)
  const neverSucceeded = root.get('neverSucceeded').or(
    list(text),
    requests.filter((each) => each.requests > 0 && each.failed === each.requests).map(({ name }) => name),
  )
  const durationSeconds = root.get('durationSeconds').or(number, lastSecond(requests))
  return {
    ...(root.object() as object),
    schema: RESULT_SCHEMA,
    scenario: {
      ...readScenarioIdentity(root.get('scenario')),
      text: root.get('scenario').get('text').or(text, null),
    },
    startedAt: root.get('startedAt').or(text, ''),
    durationSeconds,
    warmupSeconds: root.get('warmupSeconds').or(number, 0),
    runs: root
      .get('runs')
      .or(list(readRunMark), [{ startedAt: root.get('startedAt').or(text, ''), start: 0, durationSeconds }]),
    seed: root.get('seed').or(number, 0),
    interrupted: root.get('interrupted').or(flag, false),
    environment: readRunEnvironment(root.get('environment')),
    totals: readTotals(root.get('totals'), durationSeconds, () => addSent(requests, durationSeconds)),
    requests,
    connections: root.get('connections').or(readConnections, NO_CONNECTIONS),
    timeline: root.get('timeline').or(list(readTimelinePoint), []),
    thresholds: root.get('thresholds').or(list(readThreshold), []),
    neverSucceeded,
    ...root.get('neverSent').or((names) => ({ neverSent: names.list().map(text) }), {}),
    comparison: root.get('comparison').or(readComparison, null),
    session: root.get('session').or(readSession, null),
    shard: root.get('shard').or(readShard, null),
    shards: root.get('shards').or(list(readShardMark), null),
    ...root.get('agents').or((agents) => ({ agents: agents.list().map(readAgentMark) }), {}),
    ...root.get('ready').or((mark) => ({ ready: readReadyMark(mark) }), {}),
    ...root.get('capacity').or((capacity) => ({ capacity: readCapacity(capacity) }), {}),
    ...root.get('target').or((target) => ({ target: readTarget(target) }), {}),
    ...root.get('findings').or((findings) => ({ findings: findings.list().map(readFinding) }), {}),
    generator: readGenerator(root.get('generator')),
    stoppedBy: root.get('stoppedBy').or(text, null),
    error: root.get('error').or(text, null),
    ...readStack(root.get('errorStack')),
    verdict: root
      .get('verdict')
      .or(
        (shape) => shape.oneOf(['passed', 'regressed', 'failed', 'inconclusive', 'error', 'interrupted']),
        neverSucceeded.length > 0 ? 'failed' : 'passed',
      ),
  }
}

function readRunMark(shape: Shape): RunMark {
  return {
    startedAt: shape.get('startedAt').or(text, ''),
    start: shape.get('start').number(),
    durationSeconds: shape.get('durationSeconds').number(),
  }
}

const NO_LATENCIES = summarize(new Histogram())
const NO_CONNECTIONS: ConnectionFigures = {
  dns: NO_LATENCIES,
  tcp: NO_LATENCIES,
  tls: NO_LATENCIES,
  unsolicited: 0,
}

function readConnections(shape: Shape): ConnectionFigures {
  return {
    dns: shape.get('dns').or(readSummary, NO_LATENCIES),
    tcp: shape.get('tcp').or(readSummary, NO_LATENCIES),
    tls: shape.get('tls').or(readSummary, NO_LATENCIES),
    unsolicited: shape.get('unsolicited').or(count, 0),
  }
}

function readRequest(shape: Shape): RequestResult {
  const windows = shape.get('windows').or(list(readNamedWindow), [])
  const seconds = windows.reduce((sum, window) => sum + window.duration, 0)
  return {
    ...readTotals(shape, seconds, () => totalsOfWindows(windows, seconds)),
    name: shape.get('name').text(),
    kind: shape.get('kind').or((kind) => kind.oneOf(['request', 'step', 'journey']), 'request'),
    ...shape.get('phase').or((phase) => ({ phase: phase.oneOf(['beforeEach']) }), {}),
    windows,
    ...shape.get('serverTimingWindows').or(readTimingWindows, {}),
    ...shape.get('warmup').or((warmup) => ({ warmup: readWarmup(warmup) }), {}),
  }
}

function readWarmup(shape: Shape): WarmupTotals {
  const { requests, failed, errorRate, unfinished, latency, statuses, errors } = readTotals(shape, 0, () =>
    totalsOfWindows([], 0),
  )
  return { requests, failed, errorRate, unfinished, latency, statuses, errors }
}

function readTimingWindows(shape: Shape): Pick<RequestResult, 'serverTimingWindows'> {
  const named = Object.keys(shape.object()).map((name) => [name, shape.get(name).list().map(readNamedWindow)])
  return { serverTimingWindows: Object.fromEntries(named) }
}

function readNamedWindow(shape: Shape): Window {
  const field = (name: keyof Window) => shape.get(name)
  return readWindow({
    start: field('start'),
    duration: field('duration'),
    requests: field('requests'),
    failed: field('failed'),
    histogram: field('histogram'),
  })
}

/** Reads totals. `counted` tells those that may be missing; it takes time, so it is only asked then. */
function readTotals(
  given: Shape,
  seconds: number,
  counted: () => Pick<Totals, 'requests' | 'failed' | 'latency'>,
): Totals {
  const shape = given.exists ? given : new Shape({}, given.path)
  let known: ReturnType<typeof counted> | undefined
  const missing = () => {
    known ??= counted()
    return known
  }
  const requests = shape.get('requests').or(count, null) ?? missing().requests
  const failed = shape.get('failed').or(count, null) ?? missing().failed
  return {
    ...(shape.object() as object),
    requests,
    failed,
    errorRate: shape.get('errorRate').or(number, requests === 0 ? 0 : failed / requests),
    ...readRates(shape, { requests, failed }, seconds),
    bytesSent: shape.get('bytesSent').or(number, 0),
    bytesReceived: shape.get('bytesReceived').or(number, 0),
    bytesDecoded: shape.get('bytesDecoded').or(number, null),
    dropped: shape.get('dropped').or(count, 0),
    unfinished: shape.get('unfinished').or(count, 0),
    latency: shape.get('latency').or(readSummary, null) ?? missing().latency,
    serviceTime: shape.get('serviceTime').or(readSummary, null) ?? NO_LATENCIES,
    timeToFirstByte: shape.get('timeToFirstByte').or(readSummary, null) ?? NO_LATENCIES,
    statuses: shape.get('statuses').or(readCounts, {}),
    redirects: shape.get('redirects').or(count, 0),
    reconnects: shape.get('reconnects').or(count, 0),
    retries: shape.get('retries').or(readRetries, { requests: 0, recovered: 0, attempts: 0, errors: [] }),
    errors: shape.get('errors').or(list(readError), []),
    ...readObserved(shape, readSummary),
  }
}

/** Files without `requestRate` counted failed requests in the throughput. */
function readRates(shape: Shape, counts: Pick<Totals, 'requests' | 'failed'>, seconds: number) {
  const rates = ratesOf(counts, seconds)
  const requestRate = shape.get('requestRate').or(number, null)
  const throughput = shape.get('throughput').or(number, null)
  if (requestRate !== null) return { throughput: throughput ?? rates.throughput, requestRate }
  if (throughput === null || counts.requests === 0) return rates
  return { throughput: throughput * (1 - counts.failed / counts.requests), requestRate: throughput }
}

/** All requests and steps together. */
function addSent(requests: readonly RequestResult[], seconds: number): Totals {
  return addTotals(
    requests.filter((request) => request.kind !== 'journey'),
    seconds,
  )
}

function lastSecond(requests: readonly RequestResult[]): number {
  const ends = requests.flatMap(({ windows }) => windows.map(({ start, duration }) => start + duration))
  return ends.reduce((last, end) => Math.max(last, end), 0)
}

function readSummary(shape: Shape): LatencySummary {
  const figure = (name: string) => shape.get(name).or(number, null)
  const total = count(shape.get('count'))
  const histogram = shape.get('histogram')
  return {
    count: total,
    min: figure('min'),
    mean: figure('mean'),
    stddev: figure('stddev'),
    max: figure('max'),
    p50: figure('p50'),
    p75: figure('p75'),
    p90: figure('p90'),
    p95: figure('p95'),
    p99: figure('p99'),
    p999: figure('p999'),
    histogram: histogram.exists && histogram.text() !== '' ? readHistogram(histogram, total) : null,
  }
}

function readCounts(shape: Shape): Record<string, number> {
  return Object.fromEntries(Object.keys(shape.object()).map((key) => [key, count(shape.get(key))]))
}

/** Reads failures of one kind. */
export function readError(shape: Shape): ErrorCount {
  const example = shape.get('example').or(text, null)
  return {
    kind: shape.get('kind').oneOf(FAILURE_KINDS),
    message: shape.get('message').or(text, ''),
    count: count(shape.get('count')),
    ...(example !== null && { example }),
  }
}

function readRetries(shape: Shape): RetryCounts {
  return {
    requests: shape.get('requests').or(count, 0),
    recovered: shape.get('recovered').or(count, 0),
    attempts: shape.get('attempts').or(count, 0),
    errors: shape.get('errors').or(list(readError), []),
  }
}

function readTimelinePoint(shape: Shape): TimelinePoint {
  const figure = (name: string) => shape.get(name).or(number, null)
  return {
    second: number(shape.get('second')),
    vus: shape.get('vus').or(number, 0),
    requests: shape.get('requests').or(count, 0),
    failed: shape.get('failed').or(count, 0),
    p50: figure('p50'),
    p95: figure('p95'),
    p99: figure('p99'),
    ...shape.get('cacheHits').or((hits) => ({ cacheHits: count(hits) }), {}),
    dropped: shape.get('dropped').or(count, 0),
    generatorBusy: figure('generatorBusy'),
    schedulingLagP99: figure('schedulingLagP99'),
    gcPauseMax: figure('gcPauseMax'),
    ...shape.get('bytesReceived').or((bytes) => ({ bytesReceived: number(bytes) }), {}),
  }
}

function readSession(shape: Shape): Session {
  return {
    id: shape.get('id').text(),
    side: shape.get('side').oneOf(['a', 'b']),
    looks: Math.max(1, shape.get('looks').or(count, 1)),
    maxSeconds: shape.get('maxSeconds').or(number, 0),
  }
}
