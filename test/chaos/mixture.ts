/**
 * All faults in random order against 200 users at full speed, in one process: for a few seconds in the tests, or for
 * any time with `npm run chaos`.
 */
import { rmSync } from 'node:fs'
import type { Totals } from '../../src/stats/result.js'
import { makeCertificates } from '../load/http/certificates.js'
import type { Ask, Fault, Script } from './ask.js'
import { type ChildEnd, type ChildOutcome, growthOf, runChild } from './child.js'
import { ENDS, GARBAGE, GOOD, INTERIM, LENGTHS, SLOW } from './http1-faults.js'
import type { StreamAsk } from './http2.js'
import {
  BROKEN_CONNECTIONS,
  CONNECTION_FAULTS,
  GOOD_STREAM,
  SILENT_STREAMS,
  STREAM_FAULTS,
} from './http2-faults.js'
import { type Service, startService } from './service.js'
import type { Yaml } from './unleash.js'

/** The outcome of a mixture. */
export interface Mixed {
  readonly parts: readonly MixedPart[]
  readonly rssFirst: number
  readonly rssMost: number
  readonly growth: number
  /** From the end of a load to its result, at most. */
  readonly overtimeMs: number
  readonly exitMs: number
  /** What is wrong, one line each; empty if nothing is. */
  readonly complaints: readonly string[]
}

/** One of the loads. */
export interface MixedPart {
  readonly name: string
  readonly arrived: number
  readonly requests: number
  readonly failed: number
  readonly unfinished: number
  readonly errors: Readonly<Record<string, number>>
}

interface Part {
  readonly name: string
  readonly users: number
  readonly http: Yaml
  readonly isSecure?: true
  /** Requests may fail with a connection that they share. */
  readonly isShared?: true
}

const PARTS: readonly Part[] = [
  { name: 'HTTP/1.1', users: 80, http: {} },
  { name: 'HTTP/1.1 pipelined', users: 30, http: { connections: 10, pipelining: 3 }, isShared: true },
  { name: 'HTTP/1.1 over TLS, without keep-alive', users: 20, http: { keepAlive: false }, isSecure: true },
  { name: 'HTTP/2 shared', users: 50, http: { http2: true, connections: 10 }, isShared: true },
  { name: 'HTTP/2 over TLS with retries', users: 20, http: { http2: true, retries: 1 }, isSecure: true },
]

const GRACEFUL_STOP_MS = 3500
/** Time to end threads and collect their measurements on a busy machine. */
const OVERTIME_MS = 2000
/** Time to start them there. */
const START_MS = 60_000
/** How much a heap may still grow after the first quarter of a short run; long runs show real growth. */
const GROWTH_MOST_BYTES = { short: 80_000_000, long: 20_000_000 }
const LONG_SECONDS = 60

/** How a mixture is run. */
export interface MixtureOptions {
  readonly seconds: number
  readonly seed: number
  /** Only loads whose names begin with this. */
  readonly only?: string
}

/** Runs the mixture and returns what was lost. */
export async function runMixture({ seconds, seed, only = '' }: MixtureOptions): Promise<Mixed> {
  const loads = PARTS.filter(({ name }) => name.startsWith(only))
  const certificates = makeCertificates()
  if (certificates === null) throw new Error('openssl is needed for certificates')
  const tls = { cert: certificates.read('server.pem'), key: certificates.read('server.key') }
  const http1 = mix(seed, GOOD, [...ENDS, ...LENGTHS, ...GARBAGE, ...INTERIM, ...SLOW])
  const http2 = mix(seed, GOOD_STREAM, [
    ...STREAM_FAULTS,
    ...SILENT_STREAMS,
    ...BROKEN_CONNECTIONS,
    ...CONNECTION_FAULTS,
  ])
  const services: Service[] = []
  for (const { http } of loads)
    services.push(
      await startService({ http1, http2, tls: { ...tls, alpn: [http['http2'] ? 'h2' : 'http/1.1'] } }),
    )
  const scenarios = loads.map(({ users, http, isSecure }, i) => ({
    target: `${isSecure ? 'https' : 'http'}://127.0.0.1:${services[i]!.port}`,
    load: { vus: users, duration: `${seconds}s`, gracefulStop: `${GRACEFUL_STOP_MS}ms` },
    http: { timeout: '3s', connectTimeout: '5s', ...(isSecure && { tls: { insecure: true } }), ...http },
    requests: DIGITS.map((digit) => ({
      name: `ends with ${digit}`,
      get: `/r/{{ iteration() }}${digit}`,
      expect: { matches: `^answer to \\d*${digit}$` },
    })),
  }))
  const mostMs = seconds * 1000 + GRACEFUL_STOP_MS + START_MS
  const end = await runChild(scenarios, { seed, mostMs })
  for (const service of services) await service.stop()
  rmSync(certificates.folder, { recursive: true, force: true })
  return account(end, { loads, services, scripts: { http1, http2 }, seconds })
}

/** A response matched to the wrong request has another digit nine times in ten. */
const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

/** Half of the requests get valid responses, the others meet any of the faults. */
function mix<A>(seed: number, good: Fault<A>, faults: readonly Fault<A>[]): Script<A> {
  return (id) => {
    const random = scramble(id + seed * 0x9e3779b1)
    return random % 2 === 0 ? good : faults[(random >>> 1) % faults.length]!
  }
}

function scramble(value: number): number {
  let mixed = value | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x45d9f3b)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x45d9f3b)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

interface Setting {
  readonly loads: readonly Part[]
  readonly services: readonly Service[]
  readonly scripts: Scripts
  readonly seconds: number
}

function account(end: ChildEnd, { loads, services, scripts, seconds }: Setting): Mixed {
  const complaints: string[] = []
  const parts = loads.map((part, i) => {
    const outcome = end.outcomes[i] ?? { message: 'no result' }
    const counts = services[i]!.arrivals
    const books = booksOf(part.name, outcome, counts.size)
    if (outcome.error != null) complaints.push(`${part.name}: ${outcome.error}`)
    if (outcome.totals === undefined) complaints.push(`${part.name}: ${outcome.message}`)
    else complaints.push(...audit(part, books, outcome.totals, { counts, scripts }))
    return books
  })
  const growth = growthOf(end.samples)
  const { code, stderr, surprises, exitMs } = end
  if (code !== 0) complaints.push(`exit code ${code}: ${stderr.slice(0, 500)}`)
  for (const surprise of new Set(surprises)) complaints.push(surprise)
  const growthMost = GROWTH_MOST_BYTES[seconds < LONG_SECONDS ? 'short' : 'long']
  if (growth > growthMost) complaints.push(`memory grew by ${Math.round(growth / 1e6)} MB`)
  const overtimeMs = Math.max(...end.outcomes.map((outcome) => outcome.overtimeMs ?? 0))
  if (overtimeMs > GRACEFUL_STOP_MS + 1000 + OVERTIME_MS)
    complaints.push(`${Math.round(overtimeMs)} ms from the end of a load to its result`)
  if (exitMs > 2000) complaints.push(`something kept the process for ${Math.round(exitMs)} ms`)
  const [rssFirst = 0] = end.samples
  return { parts, rssFirst, rssMost: Math.max(...end.samples), growth, overtimeMs, exitMs, complaints }
}

function booksOf(name: string, { totals }: ChildOutcome, arrived: number): MixedPart {
  const { requests = 0, failed = 0, unfinished = 0 } = totals ?? {}
  const errors: Record<string, number> = {}
  for (const { kind, count } of totals?.errors ?? []) errors[kind] = (errors[kind] ?? 0) + count
  return { name, arrived, requests, failed, unfinished, errors }
}

interface Scripts {
  readonly http1: Script<Ask>
  readonly http2: Script<StreamAsk>
}

/** Compares the figures of a load with what its service saw. */
function audit(
  { name, http, isShared }: Part,
  { arrived, requests, failed, unfinished, errors }: MixedPart,
  { latency }: Totals,
  { counts, scripts }: { counts: ReadonlyMap<number, number>; scripts: Scripts },
): string[] {
  const script: (id: number) => Pick<Fault<never>, 'ends' | 'hasBody'> = http['http2']
    ? scripts.http2
    : scripts.http1
  const good = requests - failed
  const byKind = Object.values(errors).reduce((a, b) => a + b, 0)
  let surely = 0
  let perhaps = 0
  let otherBodies = 0
  let silent = 0
  for (const id of counts.keys()) {
    const { ends, hasBody = true } = script(id)
    if (ends.includes('given up') || ends.includes('timeout')) silent++
    if (!hasBody) otherBodies++
    else if (ends.includes('ok')) perhaps++
    if (hasBody && ends.length === 1 && ends[0] === 'ok') surely++
  }
  // On a machine that is too busy, even valid responses come too late.
  const late = Math.max(0, (errors['timeout'] ?? 0) - silent)
  const checks: [isWrong: boolean, what: string][] = [
    [arrived > requests + unfinished, `${arrived} arrived, ${requests} + ${unfinished} are counted`],
    [latency.count !== good, `${latency.count} latencies of ${good} good answers`],
    [byKind !== failed, `${failed} failed, by kind ${byKind}`],
    [good > perhaps, `${good} are good, only ${perhaps} may be`],
    [!isShared && good < surely - unfinished - late, `${good} are good, ${surely} were answered well`],
    [good === 0 && arrived > 100, 'nothing is good'],
    // A request that gets another one's response sees the wrong digit.
    [(errors['expectation'] ?? 0) > otherBodies, `${errors['expectation']} answers were not its own`],
    ...['dns', 'redirects', 'capture', 'status'].map((kind): [boolean, string] => [
      (errors[kind] ?? 0) > 0,
      `${errors[kind]} failed as ${kind}`,
    ]),
  ]
  return checks.filter(([isWrong]) => isWrong).map(([, what]) => `${name}: ${what}`)
}
