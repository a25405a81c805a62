/**
 * Lets one kind of load meet every one of some faults, and says what is wrong with its books.
 */
import { makeCertificates } from '../load/http/certificates.js'
import { complaintsOf } from './account.js'
import type { Fault, Script } from './ask.js'
import { type AtPort, HTTP, REQUESTS } from './loads.js'
import { type ServiceOptions, startService } from './service.js'
import { unleash, type Yaml } from './unleash.js'

/** A certificate of 127.0.0.1 and its key, by an authority of our own; openssl makes them. */
const certificates = makeCertificates()!
const tls = { cert: certificates.read('server.pem'), key: certificates.read('server.key') }

/** What speaks TLS, and which protocol over it. */
export function overTls(...alpn: readonly string[]): Pick<ServiceOptions, 'tls'> {
  return { tls: { ...tls, alpn } }
}

/** How often each fault is met, about, before a load is ended. */
const TIMES = 3

/** What is wrong after a load of that kind has met all of `faults`; empty when nothing is. */
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
