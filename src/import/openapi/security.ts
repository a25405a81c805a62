/**
 * Applies a document's security schemes to requests. Secrets come from the environment.
 */
import { canSend } from '../headers.js'
import { isMap, listOf, mapOf, textField, type UnknownMap } from '../untrusted-json.js'
import type { Operation } from './operations.js'
import type { OpenapiContext } from './sample.js'

/** What a login adds to a request. */
export interface Login {
  readonly auth?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly cookies?: readonly string[]
}

/** The login of each operation, in order, and the login that enough of them share to send it with all requests. */
export function readLogins(
  document: UnknownMap,
  operations: readonly Operation[],
  context: OpenapiContext,
): { readonly common: Login; readonly own: readonly Login[] } {
  const schemes = context.refs.resolve(
    context.refs.resolve(document['components']).value['securitySchemes'] ?? document['securityDefinitions'],
  ).value
  const logins = operations.map((operation) => {
    const alternatives = operation.security ?? listOf(document['security'])
    return chooseLogin(alternatives, schemes, operation.name, context)
  })
  const keys = logins.map((login) => JSON.stringify(login))
  const counts = new Map<string, number>()
  for (const key of keys) if (key !== '{}') counts.set(key, (counts.get(key) ?? 0) + 1)
  const [most, count = 0] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? []
  const shared = logins[keys.indexOf(most ?? '')]
  // A query belongs to one request, and all cookies share a header.
  const isCommon = shared !== undefined && count * 2 >= keys.length && !shared.query && !shared.cookies
  if (!isCommon) return { common: {}, own: logins }
  operations.forEach(({ name }, index) => {
    if (keys[index] === '{}') context.notes.add('send the login under http, although they need none', name)
  })
  return { common: shared, own: logins.map((login, index) => (keys[index] === most ? {} : login)) }
}

/** The first alternative that perfctl supports. */
function chooseLogin(
  alternatives: readonly unknown[],
  schemes: UnknownMap,
  operation: string,
  context: OpenapiContext,
): Login {
  const wanted = alternatives.filter((one) => isMap(one) && Object.keys(one).length > 0)
  for (const alternative of wanted) {
    const logins = Object.keys(mapOf(alternative)).map((name) => makeLogin(name, schemes, context))
    if (logins.some((login) => login === null)) continue
    return combine(logins as Login[])
  }
  if (wanted.length > 0) {
    const names = [...new Set(wanted.flatMap((one) => Object.keys(mapOf(one))))].join(', ')
    context.notes.add(`sent without a login, because perfctl does not support ${names}`, operation)
  }
  return {}
}

function combine(logins: readonly Login[]): Login {
  const auth = logins.find((login) => login.auth !== undefined)?.auth
  const headers = Object.assign({}, ...logins.map((login) => login.headers))
  const query = Object.assign({}, ...logins.map((login) => login.query))
  const cookies = logins.flatMap((login) => login.cookies ?? [])
  return {
    ...(auth !== undefined && { auth }),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(Object.keys(query).length > 0 && { query }),
    ...(cookies.length > 0 && { cookies }),
  }
}

function makeLogin(name: string, schemes: UnknownMap, { refs, references }: OpenapiContext): Login | null {
  const scheme = refs.resolve(schemes[name]).value
  const kind =
    `${textField(scheme, 'type') ?? ''} ${(textField(scheme, 'scheme') ?? '').toLowerCase()}`.trim()
  switch (kind) {
    case 'http bearer':
    case 'oauth2':
    case 'openIdConnect':
      return { auth: { bearer: references.take('API_TOKEN', `scheme ${name}`) } }
    case 'basic':
    case 'http basic': {
      const user = references.take('API_USER', `user of scheme ${name}`)
      return { auth: { basic: `${user}:${references.take('API_PASSWORD', `password of scheme ${name}`)}` } }
    }
    case 'apiKey':
      return keyLogin(scheme, references.take('API_KEY', `scheme ${name}`))
    default:
      return null
  }
}

function keyLogin(scheme: UnknownMap, reference: string): Login | null {
  const name = textField(scheme, 'name')
  if (name === null || !/^[!#$%&'*+.^_`|~0-9A-Za-z[\]-]+$/.test(name)) return null
  switch (scheme['in']) {
    case 'header':
      return canSend(name, reference) ? { headers: { [name.toLowerCase()]: reference } } : null
    case 'query':
      return { query: { [name]: reference } }
    case 'cookie':
      return { cookies: [`${name}=${reference}`] }
    default:
      return null
  }
}
