/**
 * Finds a document's server URL.
 */
import { encodeSafely, shownUrl } from '../address.js'
import { field, listOf, mapOf, textField, textOf, type UnknownMap } from '../untrusted-json.js'
import type { OpenapiContext } from './sample.js'

/** The scenario's target: the first server, which `BASE_URL` overrides. `given`: the target of the command line. */
export function chooseServer(document: UnknownMap, given: string | null, context: OpenapiContext): string {
  const documented = mainServer(document, context)
  const path = pathOf(documented)
  const url = given === null ? documented : pathOf(given) === '' ? `${given}${path}` : given
  if (given !== null || url !== path) return `\${BASE_URL:-${url}}`
  context.notes.add('the document names no host: set BASE_URL, for example to http://localhost:3000')
  return `${context.references.take('BASE_URL', 'server')}${path}`
}

/** The URL of a server object, as a prefix for paths. A URL without a host is relative to the document's own host. */
export function serverUrl(server: unknown, document: UnknownMap, context: OpenapiContext): string {
  const url = sendable(server, context)
  const main = mainServer(document, context)
  if (url === main) return ''
  if (pathOf(url) !== url) return url
  const origin = /^https?:\/\/[^/]+/i.exec(main)?.[0] ?? context.references.take('BASE_URL', 'server')
  return `${origin}${url}`
}

function mainServer(document: UnknownMap, context: OpenapiContext): string {
  const isOld = document['swagger'] !== undefined
  return sendable(isOld ? { url: swaggerServer(document) } : listOf(document['servers'])[0], context)
}

/** A Swagger 2 document's server, as written; only a path if it names no host. */
export function swaggerServer(document: UnknownMap): string {
  // Some documents have a whole URL here.
  const [, named, host = ''] =
    /^(?:([a-z]+):)?(?:\/\/)?([^/]*)/i.exec(textField(document, 'host')?.trim() ?? '') ?? []
  const isPort = named !== undefined && /^\d/.test(host)
  const schemes = listOf(document['schemes'])
  const scheme =
    named !== undefined && !isPort
      ? named
      : schemes.includes('https') || schemes.length === 0
        ? 'https'
        : 'http'
  const path = (textField(document, 'basePath') ?? '').replace(/^\/+|\/+$/g, '')
  const authority = isPort ? `${named}:${host}` : host
  return `${authority === '' ? '' : `${scheme}://${authority}`}${path === '' ? '' : `/${path}`}`
}

/**
 * A server's origin and path without a trailing slash; only the path if it has no usable host. Notes what is left out.
 */
function sendable(server: unknown, { notes }: OpenapiContext): string {
  const url = fillIn(server).trim().replace(/^\/\//, 'https://')
  const [plain] = url.split(/[?#]/, 1) as [string]
  if (plain !== url) notes.add('left out the query or fragment of a server URL', shownUrl(url))
  const [, scheme, authority = '', rest = plain] = /^([a-z][a-z\d+.-]*:\/\/)([^/]*)(.*)$/is.exec(plain) ?? []
  const trimmed = clean(rest.replace(/\/+$/, ''))
  const path = trimmed === '' || trimmed.startsWith('/') ? trimmed : `/${trimmed}`
  if (scheme === undefined) return path
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  const origin = `${scheme}${host}`
  if (!isOrigin(origin)) {
    notes.add('perfctl cannot send to this server', shownUrl(url))
    return path
  }
  if (host !== authority) notes.add('left out the user and password of a server URL', shownUrl(url))
  return `${origin}${path}`
}

function isOrigin(text: string): boolean {
  // `URL` drops line breaks and reads a backslash as a slash.
  if (!/^https?:\/\/[^\x00-\x20\x7f{}"<>\\^`|$]+$/i.test(text) || !URL.canParse(text)) return false
  return /^[\w.:[\]-]+$/.test(new URL(text).host)
}

/** The URL with the defaults of its variables. */
function fillIn(server: unknown): string {
  const variables = mapOf(field(server, 'variables'))
  return (textField(server, 'url') ?? '').replace(/\{([^{}]*)\}/g, (whole, name: string) => {
    const variable = Object.hasOwn(variables, name) ? variables[name] : undefined
    return textOf(field(variable, 'default')) ?? textOf(listOf(field(variable, 'enum'))[0]) ?? whole
  })
}

/** Encodes characters that are invalid in a path or would end `${...}`. */
function clean(path: string): string {
  return path.replace(/[\x00-\x20\x7f{}"<>\\^`|$\ud800-\udfff]/gu, encodeSafely)
}

function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/]*/i, '')
}
