/**
 * Lets one kind of load meet each of some faults, and returns what is wrong with its figures.
 */
import { makeCertificates } from '../load/http/certificates.js'
import { complaintsOf } from './account.js'
import type { Fault, Script } from './ask.js'
import { type AtPort, HTTP, REQUESTS } from './loads.js'
import { type ServiceOptions, startService } from './service.js'
import { unleash, type Yaml } from './unleash.js'

/** A certificate for 127.0.0.1 and its key, by our own authority; made with openssl. */
const certificates = makeCertificates()!
const tls = { cert: certificates.read('server.pem'), key: certificates.read('server.key') }

/** Loads over TLS, by protocol. */
export function overTls(...alpn: readonly string[]): Pick<ServiceOptions, 'tls'> {
  return { tls: { ...tls, alpn } }
}

/** About how many times each fault is met before a load is ended. */
const TIMES = 3

/** What is wrong after such a load has met all of `faults`; empty if nothing is. */
export async function meet(
  makeLoad: AtPort,
  options: ServiceOptions,
  {
    script,
    faults,
    http: usual = HTTP,
  }: { script: Script<never>; faults: readonly Fault<never>[]; http?: Yaml },
): Promise<string[]> {
  const service = await startService(options)
  const { load, http, requests = REQUESTS, excuses, target = 'http' } = makeLoad(service.port)
  const scenario = { load, http: { ...usual, ...http }, requests }
  const url = `${target}://127.0.0.1:${service.port}`
  // Every third request meets one.
  const run = await unleash(scenario, url, { until: service.sees(3 * TIMES * faults.length) })
  const complaints = await complaintsOf(run, service, script, excuses)
  await service.stop()
  const met = new Set(run.ended!.map(({ id }) => script(id).name))
  for (const { name } of faults) if (!met.has(name)) complaints.push(`never met: ${name}`)
  return complaints
}
