/**
 * A fingerprint of everything that makes two runs comparable.
 */
import { createHash } from 'node:crypto'
import { isSecretHeader, redact } from '../../base/secrets.js'
import type { HttpOptions } from './http-types.js'
import type { BodySpec, RequestSpec, SentFile } from './request.js'
import type { CapacityOptions, Feeder, Scenario } from './scenario.js'
import { mapRequests } from './steps.js'

/**
 * `sha256:...` over load, HTTP options, data and requests. The target, the name, the limits and the secrets don't
 * affect it.
 */
export function scenarioHash(scenario: Scenario): string {
  const { load, http, data, secrets } = scenario
  const { requests, before, beforeEach, after } = mapRequests(scenario, comparable)
  const subject = {
    load,
    http: whatIsSent(http),
    data: Object.fromEntries(Object.entries(data).map(([name, feeder]) => [name, contentOf(feeder)])),
    requests: requests.map(({ line: _, ...entry }) => entry),
    ...(before.length > 0 && { before }),
    ...(beforeEach.length > 0 && { beforeEach }),
    ...(after.length > 0 && { after }),
  }
  return `sha256:${createHash('sha256').update(canonicalJson(subject, secrets)).digest('hex')}`
}

/** The same of a search for a capacity, which any part of what it is asked affects but not where it looks. */
export function capacityHash(scenario: Scenario, { of, trialMs, settleMs }: CapacityOptions): string {
  const { thresholds, load } = scenario
  const slo = thresholds.map(({ expression }) => expression)
  const arrivals = load.model === 'open' ? load.arrivals : null
  const asked = { run: scenarioHash(scenario), of, slo, trialMs, settleMs, arrivals }
  return `sha256:${createHash('sha256').update(canonicalJson(asked, scenario.secrets)).digest('hex')}`
}

/** A request without its line and its secrets. */
function comparable(request: RequestSpec): RequestSpec {
  const { headers, body } = request
  return { ...request, line: 0, headers: withoutSecrets(headers), body: body && withoutPaths(body) }
}

/** Files count by their content, not by their path. */
function withoutPaths(body: BodySpec): BodySpec {
  if (body.type === 'file') return { ...body, file: withoutPath(body.file) }
  if (body.type !== 'multipart') return body
  const parts = body.parts.map((part) => ('file' in part ? { ...part, file: withoutPath(part.file) } : part))
  return { ...body, parts }
}

function withoutPath(file: SentFile): SentFile {
  return { ...file, path: '' }
}

/** A data file counts by its content, not by its name. */
function contentOf(feeder: Feeder): object {
  if ('values' in feeder) return feeder
  const { table, ...picking } = feeder
  const { columns, delimiter, digest, spans } = table
  return { ...picking, table: { columns, delimiter, digest, rows: spans.length / 2 } }
}

/**
 * The HTTP options without the route to the target, which belongs to the target, and without certificates, which are
 * renewed, or whether they are verified.
 */
function whatIsSent({ socketPath, proxy, connectTo, tls, ...http }: HttpOptions) {
  const { minVersion, maxVersion, ciphers } = tls ?? {}
  const encryption = [minVersion, maxVersion, ciphers].some(Boolean) && {
    tls: { minVersion, maxVersion, ciphers },
  }
  return { ...http, insecure: false, headers: withoutSecrets(http.headers), ...encryption }
}

/** The headers with null for each secret. */
function withoutSecrets<T>(headers: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isSecretHeader(name) ? (null as T) : value]),
  )
}

/** JSON with sorted keys, so that the order in the file doesn't matter, and with secrets redacted. */
function canonicalJson(value: unknown, secrets: readonly string[]): string {
  if (typeof value === 'string') return JSON.stringify(redact(value, secrets))
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, secrets)).join(',')}]`
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item, secrets)}`).join(',')}}`
}
