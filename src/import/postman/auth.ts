/**
 * Authorization of Postman requests.
 */

import { hasHoles } from '../template-text.js'
import { field, isForeign, listOf, textField, textOf } from '../untrusted-json.js'
import type { Scope, Workshop } from './variables.js'

/** What a login adds to a request: `auth`, a header or a query parameter. */
export interface Login {
  readonly auth?: Readonly<Record<string, string>>
  readonly header?: readonly [name: string, value: string]
  readonly query?: readonly [name: string, value: string]
}

/** What an `auth` object adds to a request; an empty login for none and for unsupported types. */
export function readLogin(auth: unknown, scope: Scope, workshop: Workshop): Login {
  const type = textField(auth, 'type') ?? 'noauth'
  const option = optionsOf(auth, type)
  switch (type) {
    case 'noauth':
      return {}
    case 'bearer':
      return { auth: { bearer: secret(option('token'), 'API_TOKEN', scope, workshop) } }
    case 'oauth2':
      return readOauth2(option, scope, workshop)
    case 'basic':
      return { auth: { basic: basic(option('username'), option('password'), scope, workshop) } }
    case 'apikey': {
      const name = workshop.variables.mark(option('key'), scope)
      if (name === '' || hasHoles(name)) break
      const isHeader = option('in') !== 'query'
      if (isHeader && !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) break
      const value = secret(option('value'), 'API_KEY', scope, workshop)
      return isHeader ? { header: [name, value] } : { query: [name, value] }
    }
  }
  workshop.notes.add(
    `sent without authorization, because perfctl does not support the type ${type}`,
    scope.request,
  )
  return {}
}

/** `user:password`. A plain-text password becomes an environment variable. */
function basic(user: string, password: string, scope: Scope, workshop: Workshop): string {
  const { variables, holes } = workshop
  // A user without a password is an API key.
  if (password === '') return user === '' ? ':' : `${secret(user, 'API_KEY', scope, workshop)}:`
  return `${holes.write(variables.mark(user, scope))}:${secret(password, 'PASSWORD', scope, workshop)}`
}

/** Keeps a secret that consists of variables. Otherwise it becomes an environment variable. */
function secret(
  text: string,
  hint: string,
  scope: Scope,
  { variables, holes, references }: Workshop,
): string {
  const marked = variables.mark(text, scope)
  return hasHoles(marked) ? holes.write(marked) : references.takeSecret(hint, text)
}

function readOauth2(option: (name: string) => string, scope: Scope, workshop: Workshop): Login {
  workshop.notes.add('OAuth 2: perfctl does not fetch tokens, so provide one', scope.request)
  const token = secret(option('accessToken'), 'ACCESS_TOKEN', scope, workshop)
  if (option('addTokenTo') === 'queryParams') return { query: ['access_token', token] }
  return { auth: { bearer: token } }
}

/** The options of an authorization type: a list in v2.1, a map in v2.0. */
function optionsOf(auth: unknown, type: string): (name: string) => string {
  const options = field(auth, type)
  if (isForeign(options)) return (name) => textOf(options[name]) ?? ''
  return (name) =>
    textField(
      listOf(options).find((entry) => field(entry, 'key') === name),
      'value',
    ) ?? ''
}
