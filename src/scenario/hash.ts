/**
 * What makes two runs comparable, as a fingerprint.
 */
import { createHash } from 'node:crypto'
import { isSecretHeader, redact } from '../base/secrets.js'
import type { HttpOptions, Scenario } from './scenario.js'

/**
 * `sha256:...` over load, HTTP options, data and requests. The same load on another target, under another name or
 * with other limits has the same hash; so has one that logs in with another secret.
 */
export function scenarioHash(scenario: Scenario): string {
  const { load, http, data, secrets } = scenario
  const requests = scenario.requests.map(({ line, ...request }) => ({
    ...request,
    headers: withoutSecrets(request.headers),
  }))
  const subject = { load, http: whatIsSent(http), data, requests }
  return `sha256:${createHash('sha256').update(canonicalJson(subject, secrets)).digest('hex')}`
}

/** Not the way to the target, which is the target's matter, and not the certificates, which are renewed, nor whether they are checked. */
function whatIsSent({ socketPath, proxy, connectTo, tls, ...http }: HttpOptions) {
  const { minVersion, maxVersion, ciphers } = tls ?? {}
  const encryption = [minVersion, maxVersion, ciphers].some(Boolean) && {
    tls: { minVersion, maxVersion, ciphers },
  }
  return { ...http, insecure: false, headers: withoutSecrets(http.headers), ...encryption }
}

function withoutSecrets<T>(headers: Readonly<Record<string, T>>): Record<string, T | null> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isSecretHeader(name) ? null : value]),
  )
}

/** JSON with sorted keys, so that the order in the file makes no difference; secrets blotted out. */
function canonicalJson(value: unknown, secrets: readonly string[]): string {
  if (typeof value === 'string') return JSON.stringify(redact(value, secrets))
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, secrets)).join(',')}]`
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item, secrets)}`).join(',')}}`
}
