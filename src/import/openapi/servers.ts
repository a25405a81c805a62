/**
 * Where the service of an OpenAPI document is.
 */
import { type Foreign, field, listOf, mapOf, textField, textOf } from '../untrusted-json.js'
import type { Workshop } from './sample.js'

/** The target of a scenario: the first server, in a form that `BASE_URL` overrides. `instead`: a target that was given. */
export function chooseServer(document: Foreign, instead: string | null, shop: Workshop): string {
  const url = mainServer(document, shop)
  const path = pathOf(url)
  const given = instead === null || pathOf(instead) !== '' ? instead : `${instead}${path}`
  if (given !== null || /^https?:\/\/[^/]/i.test(url)) return `\${BASE_URL:-${given ?? url}}`
  shop.notes.add('the document names no host: BASE_URL has to, such as http://localhost:3000')
  return `${shop.references.take('BASE_URL', 'server')}${path}`
}

/** The URL of a server object, in front of a path; one without a host is taken below the document's own host. */
export function serverUrl(server: unknown, document: Foreign, shop: Workshop): string {
  const url = fillIn(server)
  const main = mainServer(document, shop)
  if (url === main) return ''
  if (/^https?:\/\/[^/]/i.test(url)) return url
  const origin = /^https?:\/\/[^/]+/i.exec(main)?.[0] ?? shop.references.take('BASE_URL', 'server')
  return `${origin}${pathOf(url)}`
}

function mainServer(document: Foreign, { notes }: Workshop): string {
  if (document['swagger'] !== undefined) {
    return swaggerServer(document)
  }
  const [first] = listOf(document['servers'])
  const url = fillIn(first)
  if (/^[a-z]+:\/\//i.test(url) && !/^https?:/i.test(url))
    notes.add('the server is none that perfctl can send to', url)
  return url
}

/** The server of a Swagger 2 document, without a slash at its end; only a path when it names no host. */
export function swaggerServer(document: Foreign): string {
  // Some write a whole URL.
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
  return `${authority === '' ? '' : `${scheme}://${clean(authority)}`}${path === '' ? '' : clean(`/${path}`)}`
}

/** The URL with the defaults of its variables, without a slash at its end. */
function fillIn(server: unknown): string {
  const variables = mapOf(field(server, 'variables'))
  const url = (textField(server, 'url') ?? '').replace(/\{([^{}]*)\}/g, (whole, name: string) => {
    const variable = Object.hasOwn(variables, name) ? variables[name] : undefined
    return textOf(field(variable, 'default')) ?? textOf(listOf(field(variable, 'enum'))[0]) ?? whole
  })
  return clean(
    url
      .replace(/^\/\//, 'https://')
      .replace(/[?#].*$/s, '')
      .replace(/\/+$/, ''),
  )
}

/** Without what can't stand in a URL, or would end `${...}`. */
function clean(url: string): string {
  return url.trim().replace(/[\x00-\x20{}"<>\\^`|$]/g, encodeURIComponent)
}

function pathOf(url: string): string {
  const path = url.replace(/^[a-z]+:\/\/[^/]*/i, '')
  return path === '' || path.startsWith('/') ? path : `/${path}`
}
