/**
 * Readers of what ends up in an HTTP request: targets, paths, headers. A value that can't be sent as written is
 * reported here, so that it doesn't become a failed request later.
 */

import type { Template } from '../model/template.js'
import { literalParts } from '../template/template.js'
import { nameOf, quoted, type Report, type TreeMap, wrongKey } from '../yaml/tree.js'
import { type Reader, readTemplate, readText, wrong } from './fields.js'

/** `demo`, or an absolute URL with an optional base path. Trailing slashes are removed. */
export const readTarget: Reader<string> = (tree, context, report) => {
  const text = readText(tree, context, report)?.trim()
  if (text === undefined || text === 'demo') return text ?? null
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const isHost = /^[\w.-]+(:\d+)?(\/\S*)?$/.test(text) && text !== ''
    const hint = isHost ? `write http://${text}` : 'write demo, or a URL such as http://localhost:3000'
    return wrong(report, `${nameOf(tree)} is not a target`, hint)
  }
  if (url.username !== '' || url.password !== '') {
    return wrong(report, "a target can't contain a user or password", 'use http.auth instead')
  }
  if (url.search !== '' || url.hash !== '') {
    return wrong(
      report,
      "a target can't have a query or fragment",
      `write ${url.origin}${url.pathname}, and put the query in the requests`,
    )
  }
  return url.href.replace(/\/+$/, '')
}

/** A header value: what HTTP can carry. */
export const readHeaderValue: Reader<Template> = (tree, context, report) => {
  const template = readTemplate(tree, context, report)
  if (template === null) return null
  const literal = literalParts(template).join('')
  if (/[\r\n\x00]/.test(literal))
    return wrong(report, "a header value can't contain a line break", 'write it on one line')
  if (/[^\t\x20-\x7e\x80-\xff]/.test(literal)) {
    return wrong(
      report,
      "the header value contains characters that HTTP doesn't allow",
      'percent-encode them',
    )
  }
  return template
}

/** Headers that the connection sets itself, with the hint for each: sent by hand they would break the exchange. */
const RESERVED: ReadonlyMap<string, string> = new Map([
  ['connection', 'to open a connection for each request, write http: { keepAlive: false }'],
  ['content-length', 'remove it: it follows from the body'],
  ['expect', 'remove it: bodies are sent at once'],
  ['keep-alive', 'remove it: connections are reused unless http: { keepAlive: false }'],
  ['transfer-encoding', 'remove it: bodies are sent with their length'],
  ['upgrade', 'for HTTP/2, write http: { http2: true }'],
])

/** The hint for a header that no request may set; null for all others. */
export function insteadOfHeader(name: string): string | null {
  return RESERVED.get(name.toLowerCase()) ?? null
}

/** Reports names that can't be request headers, and duplicates that differ only in case. */
export function checkHeaderNames(headers: TreeMap, report: Report): void {
  for (const name of Object.keys(headers)) {
    const hint = insteadOfHeader(name)
    if (hint === null) continue
    wrongKey(report, [name], `perfctl sets the header ${name.toLowerCase()} itself`, hint)
  }
  checkResponseHeaderNames(headers, report)
}

/** Reports invalid header names, and duplicates that differ only in case. */
export function checkResponseHeaderNames(headers: TreeMap, report: Report): void {
  const seen = new Map<string, string>()
  for (const name of Object.keys(headers)) {
    const problem = headerProblem(name, seen)
    if (problem !== null) report({ ...problem, path: [name], onKey: true })
    seen.set(name.toLowerCase(), name)
  }
}

function headerProblem(
  name: string,
  seen: ReadonlyMap<string, string>,
): { message: string; hint: string } | null {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
    return {
      message: `${quoted(name)} is not a valid header name`,
      hint: 'use letters, digits and -, such as x-request-id',
    }
  }
  const other = seen.get(name.toLowerCase())
  return other === undefined
    ? null
    : {
        message: `the header ${quoted(name)} is already set, as ${quoted(other)}`,
        hint: 'remove one of them',
      }
}
