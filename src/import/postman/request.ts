/**
 * A request of a collection → a scenario's request, still without its URL, whose base depends on all requests.
 */
import { isSecretHeader } from '../../base/secrets.js'
import { canSendValue } from '../headers.js'
import { encodeLiterals, hasPlaceholders } from '../template-text.js'
import { field, listOf, textField, textOf } from '../untrusted-json.js'
import { type Login, readLogin } from './auth.js'
import { readBody } from './body.js'
import type { Item } from './items.js'
import { type Address, readAddress } from './url.js'
import type { PostmanContext, Scope } from './variables.js'

/** A request, complete except for its URL. */
export interface Prepared {
  readonly method: string
  readonly address: Address
  readonly auth: Readonly<Record<string, string>> | null
  /** `headers` and the keys of the body. */
  readonly keys: Readonly<Record<string, unknown>>
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options']

/** The request of an item; null, with a note, if it can't be sent. */
export function prepare(item: Item, scope: Scope, context: PostmanContext): Prepared | null {
  const { request } = item
  const { notes } = context
  const method = (textField(request, 'method') ?? 'GET').toLowerCase()
  if (!METHODS.includes(method)) {
    notes.add(
      `left out because perfctl does not support the method ${method.toUpperCase().slice(0, 20)}`,
      scope.request,
    )
    return null
  }
  const address = readAddress(request.url, scope, context)
  if (address === null) return null
  const login =
    address.login === null ? readLogin(item.auth, scope, context) : urlLogin(address.login, context)
  const { headers, type } = readHeaders(request.header, login, scope, context)
  const body = readBody(request.body, type, scope, context)
  const isBodiless = method === 'get' || method === 'head'
  if (isBodiless && body !== null && item.keepsBody)
    notes.add(`sent without its body, because the method is ${method.toUpperCase()}`, scope.request)
  const sent = isBodiless ? null : body
  // Keep a host header only if it differs from the URL's, as for a virtual host.
  if (headers['host'] !== undefined && address.base.endsWith(`://${headers['host']}`)) delete headers['host']
  const contentType = sent === null ? type : sent.type
  if (contentType !== null) headers['content-type'] = context.placeholders.write(contentType)
  noteSettings(item, scope, context)
  return {
    method,
    address: login.query === undefined ? address : { ...address, path: withQuery(address.path, login.query) },
    auth: login.auth ?? null,
    keys: { ...(Object.keys(headers).length > 0 && { headers }), ...sent?.keys },
  }
}

/** The login of a URL. A password without variables is a secret. */
function urlLogin(login: string, { placeholders, references }: PostmanContext): Login {
  const [user = '', ...rest] = login.split(':')
  const password = rest.join(':')
  const hide = (hint: string, text: string) =>
    text === '' || hasPlaceholders(text) ? placeholders.write(text) : references.takeSecret(hint, text)
  // A user without a password is an API key.
  const name = password === '' ? hide('API_KEY', user) : placeholders.write(user)
  return { auth: { basic: `${name}:${hide('PASSWORD', password)}` } }
}

/** Headers that the connection sets and that must not be set by hand. */
const OWN = new Set(['connection', 'content-length', 'expect', 'keep-alive', 'transfer-encoding', 'upgrade'])

/** The headers to send and the media type among them, which the body may override. */
function readHeaders(
  given: unknown,
  login: Login,
  scope: Scope,
  context: PostmanContext,
): { headers: Record<string, string>; type: string | null } {
  const { placeholders, notes, variables } = context
  const headers: Record<string, string> = {}
  let type: string | null = null
  const entries = typeof given === 'string' ? parseHeaders(given) : listOf(given)
  for (const entry of entries) {
    if (field(entry, 'disabled') === true) continue
    const key = variables.fillIn(textOf(field(entry, 'key')) ?? '', scope).trim()
    const value = variables.fillIn(
      (textOf(field(entry, 'value')) ?? '').replace(/[\r\n\x00]+/g, ' ').trim(),
      scope,
    )
    const name = key.toLowerCase()
    if (name === '' || OWN.has(name)) continue
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
      notes.add('left out headers with invalid names', scope.request)
    else if (!canSendValue(value)) notes.add('left out headers with invalid characters', scope.request)
    else if (name === 'content-type') type = value
    else if (name === 'authorization' && login.auth !== undefined)
      notes.add('left out the authorization header, which auth sets', scope.request)
    else headers[name] = secretHeader(name, value, context)
  }
  if (login.header !== undefined) headers[placeholders.write(login.header[0]).toLowerCase()] = login.header[1]
  return { headers, type }
}

/** A header's value with its secrets replaced. */
function secretHeader(name: string, value: string, { placeholders, references }: PostmanContext): string {
  if (value === '' || hasPlaceholders(value) || !isSecretHeader(name)) return placeholders.write(value)
  const [, scheme = '', rest] = /^((?:Basic|Bearer|Token|ApiKey|Digest)\s+)?(.*)$/is.exec(value)!
  const hint =
    name === 'authorization'
      ? /^basic/i.test(scheme)
        ? 'BASIC_CREDENTIALS'
        : 'API_TOKEN'
      : name.replace(/^x-/, '')
  return `${scheme}${references.takeSecret(hint, rest!)}`
}

/** `a: b` lines, as in the oldest collections. */
function parseHeaders(text: string): unknown[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, key, value] = /^([^:]+):(.*)$/.exec(line) ?? []
    return key === undefined ? [] : [{ key, value }]
  })
}

function withQuery(path: string, [name, value]: readonly [string, string]): string {
  return `${path}${path.includes('?') ? '&' : '?'}${encodeURIComponent(name)}=${encodeLiterals(value)}`
}

function noteSettings({ settings }: Item, scope: Scope, { notes }: PostmanContext): void {
  for (const setting of settings) notes.add(`left out the Postman setting ${setting}`, scope.request)
}
