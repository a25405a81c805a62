/**
 * A recorded request → an entry of `requests` or a step of a journey.
 */
import type { Address } from './address.js'
import { draftBody, type RecordedBody } from './body.js'
import { hideQuery } from './credentials.js'
import { draftHeaders, draftLogin, type HeaderList, headerOf } from './headers.js'
import type { ImportContext } from './import-context.js'
import { hasTemplate } from './placeholders.js'

/** A request as it was sent. */
export interface Recorded {
  readonly method: string
  readonly address: Address
  readonly headers: HeaderList
  readonly body: RecordedBody | null
  /** The status of the response; null if unknown. */
  readonly status: number | null
}

/** An unfinished entry of `requests`. */
export type Entry = Readonly<Record<string, unknown>> & {
  readonly headers?: Readonly<Record<string, string>>
  readonly auth?: Readonly<Record<string, string>>
}

const METHODS: ReadonlySet<string> = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options'])

/** Whether perfctl supports the method. */
export function isMethod(method: string): boolean {
  return METHODS.has(method.toLowerCase())
}

/** The entry without its name, which depends on the other entries. `target`: the origin to leave out of paths. */
export function draftEntry(recorded: Recorded, target: string, context: ImportContext): Entry {
  const { address, status } = recorded
  const method = recorded.method.toLowerCase()
  const { headers, auth } = draftHeaders(recorded.headers, address.host, context)
  const isOpen = address.login !== null && headers['authorization'] === undefined
  const login = isOpen ? draftLogin(address.login, context) : null
  const body = draftBodyOf(recorded, method, context)
  if (body.impliesType) delete headers['content-type']
  const path = hideQuery(address.path, context.credentials)
  return {
    [method]: address.origin === target ? path : address.origin + path,
    ...(Object.keys(headers).length > 0 && { headers }),
    ...((auth ?? login) && { auth: (auth ?? login)! }),
    ...body.keys,
    ...(status !== null && status >= 300 && status !== 304 && { expect: { status } }),
  }
}

function draftBodyOf(
  { body, headers, address }: Recorded,
  method: string,
  context: ImportContext,
): { keys: Readonly<Record<string, unknown>>; impliesType: boolean } {
  if (body === null) return { keys: {}, impliesType: false }
  if (method === 'get' || method === 'head') {
    const place = `${method.toUpperCase()} ${address.path.split('?')[0]}`
    context.notes.add('left out bodies of GET and HEAD requests, which perfctl does not send', place)
    return { keys: {}, impliesType: true }
  }
  return draftBody(body, headerOf(headers, 'content-type'), context)
}

/** The keys of `http`. */
export interface SharedHttp {
  readonly headers?: Readonly<Record<string, string>>
  readonly auth?: Readonly<Record<string, string>>
}

/**
 * Moves what all entries have in common to `http`: headers that each of them has (other values override), and the login
 * if it's the same for all.
 */
export function extractShared(entries: readonly Entry[]): {
  readonly http: SharedHttp
  readonly entries: readonly Entry[]
} {
  if (entries.length < 2) return { http: {}, entries }
  const names = Object.keys(entries[0]!.headers ?? {}).filter(
    (name) => name !== 'content-type' && entries.every(({ headers }) => isShareable(headers, name)),
  )
  const common = Object.fromEntries(
    names.map((name) => [name, mostFrequent(entries.map((e) => e.headers![name]!))]),
  )
  const logins = new Set(entries.map(({ auth }) => JSON.stringify(auth ?? null)))
  const login = entries[0]!.auth
  const isShared = logins.size === 1 && login !== undefined && !Object.values(login).some(hasTemplate)
  const auth = isShared ? login : undefined
  const rest = entries.map(({ headers, ...entry }) => {
    const own = Object.entries(headers ?? {}).filter(([name, value]) => common[name] !== value)
    const kept = auth === undefined ? entry : withoutAuth(entry)
    return own.length === 0 ? kept : withHeaders(kept, Object.fromEntries(own))
  })
  return { http: { ...(names.length > 0 && { headers: common }), ...(auth && { auth }) }, entries: rest }
}

/** Captured values belong to the journey and can't be shared. */
function isShareable(headers: Readonly<Record<string, string>> = {}, name: string): boolean {
  return Object.hasOwn(headers, name) && !hasTemplate(headers[name]!)
}

function withoutAuth({ auth: _auth, ...entry }: Entry): Entry {
  return entry
}

/** Puts the headers right after the method. */
function withHeaders(entry: Entry, headers: Readonly<Record<string, string>>): Entry {
  const keys = Object.entries(entry)
  const at = keys.findIndex(([key]) => METHODS.has(key)) + 1
  return Object.fromEntries([...keys.slice(0, at), ['headers', headers], ...keys.slice(at)])
}

function mostFrequent(values: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0]
}
