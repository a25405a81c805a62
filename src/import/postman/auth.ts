/**
 * Authorization of Postman requests.
 */

import { canSendValue } from '../headers.js'
import { hasPlaceholders } from '../template-text.js'
import { field, isMap, listOf, textField, textOf } from '../untrusted-json.js'
import type { PostmanContext, Scope } from './variables.js'

/** What a login adds to a request: `auth`, a header or a query parameter. */
export interface Login {
  readonly auth?: Readonly<Record<string, string>>
  readonly header?: readonly [name: string, value: string]
  /** The value contains placeholders. */
  readonly query?: readonly [name: string, value: string]
}

/** What an `auth` object adds to a request; an empty login for none and for unsupported types. */
export function readLogin(auth: unknown, scope: Scope, context: PostmanContext): Login {
  const type = textField(auth, 'type') ?? 'noauth'
  const option = optionsOf(auth, type)
  switch (type) {
    case 'noauth':
      return {}
    case 'bearer':
      return readToken(option('token'), 'API_TOKEN', scope, context)
    case 'oauth2':
      return readOauth2(option, scope, context)
    case 'basic':
      return { auth: { basic: basic(option('username'), option('password'), scope, context) } }
    case 'apikey': {
      const name = context.variables.fillIn(option('key'), scope)
      if (name === '' || hasPlaceholders(name)) break
      const isHeader = option('in') !== 'query'
      if (isHeader && !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) break
      if (isHeader && !canCarry(option('value'), scope, context)) return {}
      const value = hidden(option('value'), 'API_KEY', scope, context)
      return isHeader ? { header: [name, context.placeholders.write(value)] } : { query: [name, value] }
    }
  }
  context.notes.add(
    `sent without authorization, because perfctl does not support the type ${type}`,
    scope.request,
  )
  return {}
}

/** `user:password`. A plain-text password becomes an environment variable. */
function basic(user: string, password: string, scope: Scope, context: PostmanContext): string {
  const { variables, placeholders } = context
  // A user without a password is an API key.
  if (password === '') return user === '' ? ':' : `${secret(user, 'API_KEY', scope, context)}:`
  return `${placeholders.write(variables.fillIn(user, scope))}:${secret(password, 'PASSWORD', scope, context)}`
}

/** A secret as written in a scenario. */
function secret(text: string, hint: string, scope: Scope, context: PostmanContext): string {
  return context.placeholders.write(hidden(text, hint, scope, context))
}

/** Keeps a secret that consists of variables. Otherwise it becomes an environment variable. */
function hidden(
  text: string,
  hint: string,
  scope: Scope,
  { variables, placeholders, references }: PostmanContext,
): string {
  const filled = variables.fillIn(text, scope)
  if (hasPlaceholders(filled)) return filled
  return placeholders.add({ written: references.takeSecret(hint, text), type: 'text' })
}

function readOauth2(option: (name: string) => string, scope: Scope, context: PostmanContext): Login {
  context.notes.add('OAuth 2: perfctl does not fetch tokens, so provide one', scope.request)
  const token = option('accessToken')
  if (option('addTokenTo') === 'queryParams')
    return { query: ['access_token', hidden(token, 'ACCESS_TOKEN', scope, context)] }
  return readToken(token, 'ACCESS_TOKEN', scope, context)
}

function readToken(token: string, hint: string, scope: Scope, context: PostmanContext): Login {
  return canCarry(token, scope, context) ? { auth: { bearer: secret(token, hint, scope, context) } } : {}
}

/** Whether a header can carry the token. Adds a note if it can't. */
function canCarry(token: string, scope: Scope, { variables, notes }: PostmanContext): boolean {
  const filled = variables.fillIn(token, scope)
  // Text without variables is not copied.
  const isFine = !hasPlaceholders(filled) || canSendValue(filled)
  if (!isFine) notes.add('left out tokens and API keys with invalid characters', scope.request)
  return isFine
}

/** The options of an authorization type: a list in v2.1, a map in v2.0. */
function optionsOf(auth: unknown, type: string): (name: string) => string {
  const options = field(auth, type)
  if (isMap(options)) return (name) => textOf(options[name]) ?? ''
  return (name) =>
    textField(
      listOf(options).find((entry) => field(entry, 'key') === name),
      'value',
    ) ?? ''
}
