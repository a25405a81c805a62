/**
 * A scenario with its load, headers or addresses overridden on the command line.
 */
import type { Ms } from '../../base/clock.js'
import { userError } from '../../base/errors.js'
import { isSecretHeader } from '../../base/secrets.js'
import type { AddressChange } from './http-types.js'
import {
  type ClosedLoad,
  ITERATIONS_MS_MAX,
  LOAD_DEFAULTS,
  type Load,
  type OpenLoad,
  type Stage,
} from './load-types.js'
import type { Scenario } from './scenario.js'
import { mapRequests } from './steps.js'

/** Replaces the load of the file; undefined keeps it. */
export interface LoadOverride {
  readonly vus?: number | undefined
  readonly durationMs?: Ms | undefined
  readonly ratePerSecond?: number | undefined
  readonly iterations?: number | undefined
  /** Stages of virtual users. */
  readonly stages?: readonly Stage[] | undefined
}

/** The scenario with the overridden load; the same object if nothing is overridden. */
export function overrideLoad(scenario: Scenario, override: LoadOverride): Scenario {
  const { vus, durationMs, ratePerSecond, iterations, stages } = override
  if ([vus, durationMs, ratePerSecond, iterations, stages].every((value) => value === undefined))
    return scenario
  const { load } = scenario
  if (stages !== undefined)
    return { ...scenario, load: closed(load, { start: vus ?? 0, stages, iterations }) }
  if (ratePerSecond !== undefined || (load.model === 'open' && vus === undefined)) {
    return { ...scenario, load: open(load, override) }
  }
  const target = vus ?? peakOf(load)
  const duration = durationMs ?? (iterations === undefined ? lengthOf(load) : ITERATIONS_MS_MAX)
  return {
    ...scenario,
    load: closed(load, { start: target, stages: [{ durationMs: duration, target }], iterations }),
  }
}

/** The scenario with additional headers for every request. */
export function overrideHeaders(scenario: Scenario, headers: Readonly<Record<string, string>>): Scenario {
  const entries = Object.entries(headers)
  if (entries.length === 0) return scenario
  const secrets = entries.filter(([name]) => isSecretHeader(name)).map(([, value]) => value)
  return {
    ...scenario,
    http: {
      ...scenario.http,
      headers: { ...scenario.http.headers, ...mapValues(headers, (value) => [value]) },
    },
    ...mapRequests(scenario, (request) => ({
      ...request,
      headers: Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => !Object.hasOwn(headers, name)),
      ),
    })),
    secrets: [...scenario.secrets, ...secrets],
  }
}

/**
 * The scenario with addresses that take precedence over its own. Throws a UserError if it uses a socket or a proxy.
 */
export function overrideAddresses(scenario: Scenario, changes: readonly AddressChange[]): Scenario {
  if (changes.length === 0) return scenario
  const { http, file } = scenario
  const other = (['socketPath', 'proxy'] as const).find((key) => http[key] !== undefined)
  if (other !== undefined) {
    const message = `--connect-to can't be combined with ${other} in ${file}`
    throw userError(message, 'remove one of them')
  }
  return { ...scenario, http: { ...http, connectTo: [...changes, ...(http.connectTo ?? [])] } }
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}

function closed(
  load: Load,
  { start, stages, iterations }: { start: number; stages: readonly Stage[]; iterations: number | undefined },
): ClosedLoad {
  return {
    model: 'closed',
    warmupMs: load.warmupMs,
    gracefulStopMs: load.gracefulStopMs,
    iterations: iterations ?? null,
    start,
    stages,
    thinkTimeMs: load.model === 'closed' ? load.thinkTimeMs : LOAD_DEFAULTS.thinkTime,
    ...(load.model === 'closed' && load.pacingMs !== undefined && { pacingMs: load.pacingMs }),
  }
}

function open(load: Load, { durationMs, ratePerSecond, iterations }: LoadOverride): OpenLoad {
  const target = ratePerSecond ?? peakOf(load)
  return {
    model: 'open',
    warmupMs: load.warmupMs,
    gracefulStopMs: load.gracefulStopMs,
    iterations: iterations ?? null,
    start: target,
    stages: [
      { durationMs: durationMs ?? (iterations === undefined ? lengthOf(load) : ITERATIONS_MS_MAX), target },
    ],
    arrivals: load.model === 'open' ? load.arrivals : LOAD_DEFAULTS.arrivals,
    maxVus: load.model === 'open' ? load.maxVus : LOAD_DEFAULTS.maxVus,
  }
}

function peakOf(load: Load): number {
  return Math.max(load.start, ...load.stages.map(({ target }) => target))
}

function lengthOf(load: Load): Ms {
  return load.iterations === null
    ? load.stages.reduce((sum, { durationMs }) => sum + durationMs, 0)
    : LOAD_DEFAULTS.duration
}
