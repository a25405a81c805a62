/**
 * Splits the URLs of Postman requests, in all their forms, into base and path.
 */
import { isSecretField } from '../../base/secrets.js'
import { hasPlaceholders, mapLiterals, replacePlaceholders } from '../template-text.js'
import { field, isMap, listOf, textField, textOf } from '../untrusted-json.js'
import type { PostmanContext, Scope } from './variables.js'

/** A request's address. All texts contain placeholders. */
export interface Address {
  /** `https://api.example.com`, or placeholders. */
  readonly base: string
  /** Whether the base is a variable that must be a full URL. */
  readonly isOpen: boolean
  /** From the first slash on, including the query. */
  readonly path: string
  readonly login: string | null
}

/** Reads a URL; null, with a note, if perfctl can't send to it. */
export function readAddress(url: unknown, scope: Scope, context: PostmanContext): Address | null {
  const { notes, variables } = context
  const raw = typeof url === 'string' ? url : (textField(url, 'raw') ?? compose(url))
  const [beforeQuery, rawQuery] = cut(cut(raw, '#')[0], '?')
  const whole = variables.fillIn(beforeQuery.trim(), scope)
  if (whole === '') {
    notes.add('left out requests without a URL', scope.request)
    return null
  }
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(whole)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    notes.add(`left out because perfctl does not support ${scheme}`, scope.request)
    return null
  }
  const { authority, rest, isOpen } = split(whole)
  const [login, base] = takeLogin(authority)
  if (!isOpen && (/[\s\x00-\x1f\x7f]/.test(base) || !URL.canParse(replacePlaceholders(base, '1')))) {
    notes.add('left out requests with an invalid URL', scope.request)
    return null
  }
  const path = encode(fillPath(rest, url, scope, context), UNSAFE)
  const query = isMap(url) && Array.isArray(url.query) ? readQuery(url.query, scope, context) : null
  const search = query ?? (rawQuery === '' ? '' : encode(variables.fillIn(rawQuery, scope), UNSAFE))
  const joint = search === '' ? '' : path.includes('?') ? '&' : '?'
  return { base, isOpen, login, path: `${path === '' ? '/' : path}${joint}${search}` }
}

const UNSAFE = /[\x00-\x20\x7f"<>\\^`{|}#]/g
const UNSAFE_VALUE = /[\x00-\x20\x7f"<>\\^`{|}#&]/g

function encode(filled: string, unsafe: RegExp): string {
  return mapLiterals(filled, (text) => text.replace(unsafe, encodeURIComponent))
}

/** Base and path. Without a scheme, Postman uses http, unless a variable may contain one. */
function split(whole: string): { authority: string; rest: string; isOpen: boolean } {
  const schemed = /^([^/?]*:\/\/[^/?]*)(.*)$/s.exec(whole)
  if (schemed !== null) return { authority: schemed[1]!, rest: schemed[2]!, isOpen: false }
  const open = /^(\uE000\d+\uE001)(?![:.@-])(.*)$/s.exec(whole)
  if (open !== null) {
    const rest = open[2]!
    const isPath = rest === '' || rest.startsWith('/') || hasPlaceholders(rest.charAt(0))
    return { authority: open[1]!, rest: isPath ? rest : `/${rest}`, isOpen: true }
  }
  const [, host, rest] = /^([^/]*)(.*)$/s.exec(whole)!
  return { authority: `http://${host}`, rest: rest!, isOpen: false }
}

/** Splits `http://user:password@host` into the login and the rest. */
function takeLogin(authority: string): [string | null, string] {
  const match = /^([^/]*\/\/)([^@]*)@(.*)$/s.exec(authority)
  return match === null ? [null, authority] : [match[2]!, `${match[1]}${match[3]}`]
}

/** The path with its `:variables` filled in. */
function fillPath(
  path: string,
  url: unknown,
  scope: Scope,
  { variables, references, placeholders }: PostmanContext,
): string {
  const values = new Map(
    listOf(field(url, 'variable')).map((entry) => [
      textField(entry, 'key') ?? textField(entry, 'id') ?? '',
      textOf(field(entry, 'value')) ?? '',
    ]),
  )
  return path
    .split('/')
    .map((segment) => {
      const name = segment.startsWith(':') ? segment.slice(1) : ''
      if (name === '' || hasPlaceholders(name)) return segment
      const value = values.get(name) ?? ''
      const sample = STAND_INS[value.toLowerCase()]
      if (sample !== undefined) return placeholders.add(sample)
      if (value !== '' && value !== segment && !/^<.*>$/.test(value)) return variables.fillIn(value, scope)
      return placeholders.add({ written: references.take(name, `variable ${name}`), type: 'text' })
    })
    .join('/')
}

/** What collections generated from OpenAPI documents have instead of values. */
const STAND_INS: Readonly<Record<string, { written: string; type: 'text' | 'number' }>> = {
  '<integer>': { written: '{{ randomInt(1, 1000) }}', type: 'number' },
  '<long>': { written: '{{ randomInt(1, 1000) }}', type: 'number' },
  '<number>': { written: '{{ randomInt(1, 1000) }}', type: 'number' },
  '<uuid>': { written: '{{ uuid() }}', type: 'text' },
}

function readQuery(entries: readonly unknown[], scope: Scope, context: PostmanContext): string {
  const { variables, references, placeholders } = context
  const parts: string[] = []
  for (const entry of entries) {
    if (field(entry, 'disabled') === true) continue
    const name = textOf(field(entry, 'key')) ?? ''
    const value = textOf(field(entry, 'value'))
    if (name === '' && (value ?? '') === '') continue
    const key = encode(variables.fillIn(name, scope), UNSAFE_VALUE)
    if (value === null) {
      parts.push(key)
      continue
    }
    const sample = STAND_INS[value.toLowerCase()]
    const filled = sample === undefined ? variables.fillIn(value, scope) : placeholders.add(sample)
    const isSecret = isSecretField(name) && value !== '' && !hasPlaceholders(filled)
    const safe = isSecret
      ? placeholders.add({ written: references.takeSecret(name, value), type: 'text' })
      : filled
    parts.push(`${key}=${encode(safe, UNSAFE_VALUE)}`)
  }
  return parts.join('&')
}

function compose(url: unknown): string {
  const join = (value: unknown, separator: string) =>
    Array.isArray(value)
      ? value.map((part) => textOf(part) ?? textField(part, 'value') ?? '').join(separator)
      : (textOf(value) ?? '')
  const host = join(field(url, 'host'), '.')
  const protocol = textField(url, 'protocol')
  const port = textField(url, 'port')
  const path = join(field(url, 'path'), '/').replace(/^\//, '')
  if (host === '' && path === '') return ''
  const login = field(url, 'auth')
  const user = textField(login, 'user')
  return [
    protocol === null ? '' : `${protocol.replace(/:?\/*$/, '')}://`,
    user === null ? '' : `${user}:${textField(login, 'password') ?? ''}@`,
    host,
    port === null ? '' : `:${port}`,
    path === '' ? '' : `/${path}`,
  ].join('')
}

function cut(text: string, at: string): [string, string] {
  const index = text.indexOf(at)
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)]
}
