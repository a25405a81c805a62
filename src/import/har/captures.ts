/**
 * Finds values that one response contains and a later request sends, such as a token after a login or a new record's
 * id. Captured, they are right for each virtual user; copied from the recording, they are right for none.
 */
import { isSecretField } from '../../base/secrets.js'
import { safeDecode } from '../address.js'
import type { Recorded } from '../entry.js'
import { captureName } from '../names.js'
import { template } from '../placeholders.js'
import { kindOf, valueName } from '../segments.js'

/** A request of a journey and its response. */
export interface Exchange {
  readonly recorded: Recorded
  /** The response body; null if unknown. */
  readonly responseBody: string | null
}

/** A request with captured instead of copied values. */
export interface Linked {
  readonly recorded: Recorded
  /** Names and JSON paths of the values that later requests need from this response. */
  readonly capture: Readonly<Record<string, string>>
}

interface Source {
  readonly step: number
  readonly path: string
  readonly key: string
}

const VALUES_MAX = 200_000
const DEPTH_MAX = 20
const TEXT_LENGTH_MAX = 100_000

/** Links each request to earlier responses. */
export function linkExchanges(exchanges: readonly Exchange[]): Linked[] {
  const sources = new Map<string, Source>()
  const captures = exchanges.map((): Record<string, string> => ({}))
  const names = new Map<Source, string>()
  const nameFor = (source: Source, wanted: string): string => {
    const known = names.get(source)
    if (known !== undefined) return known
    const taken = new Set(names.values())
    let name = wanted
    for (let n = 2; taken.has(name); n++) name = `${wanted}${n}`
    names.set(source, name)
    captures[source.step]![name] = source.path
    return name
  }
  const recorded = exchanges.map((exchange, step) => {
    const linked = replaceValues(exchange.recorded, (value, wanted) => {
      const source = sources.get(value)
      return source === undefined ? null : template(nameFor(source, captureName(wanted ?? source.key)))
    })
    for (const [value, source] of valuesIn(exchange.responseBody, step)) {
      // The first response with the value usually created it.
      if (!sources.has(value) && sources.size < VALUES_MAX) sources.set(value, source)
    }
    return linked
  })
  return recorded.map((request, step) => ({ recorded: request, capture: captures[step]! }))
}

/** The placeholder for a value from an earlier response; null for other values. */
type Find = (value: string, wanted: string | null) => string | null

function replaceValues(recorded: Recorded, find: Find): Recorded {
  const { address, headers, body } = recorded
  return {
    ...recorded,
    address: { ...address, path: replaceInPath(address.path, find) },
    headers: headers.map(([name, value]) => [name, replaceInHeader(value, find)]),
    body:
      body?.kind === 'text' && body.text.length <= TEXT_LENGTH_MAX
        ? { kind: 'text', text: replaceInBody(body.text, find) }
        : body,
  }
}

function replaceInPath(path: string, find: Find): string {
  const [plain = '', query] = splitOnce(path, '?')
  let before: string | null = null
  const segments = plain.split('/').map((segment) => {
    const value = safeDecode(segment)
    const kind = kindOf(value)
    const found = kind === null ? null : find(value, valueName(kind, before))
    if (kind === null && segment !== '') before = segment
    return found ?? segment
  })
  if (query === undefined) return segments.join('/')
  const pairs = query.split('&').map((pair) => {
    const [name = '', value] = splitOnce(pair, '=')
    const found = value === undefined ? null : find(safeDecode(value), null)
    return found === null ? pair : `${name}=${found}`
  })
  return `${segments.join('/')}?${pairs.join('&')}`
}

/** Replaces the whole value, or the part after a scheme such as `Bearer`. */
function replaceInHeader(value: string, find: Find): string {
  const [, scheme = '', rest = value] = /^([A-Za-z]+ )(.+)$/s.exec(value) ?? []
  const found = find(rest, null)
  return found === null ? (find(value, null) ?? value) : scheme + found
}

/** A JSON string with the colon that would make it a key, or the number of an id field. */
const JSON_VALUES =
  /("(?:[^"\\]|\\.)*")(\s*:)?|(?<="[^"]*(?:id|Id|ID|ids|Ids|IDs|[nN]umber)"\s*:\s*(?:\[[\d,\s]*)?)\b\d+(?=\s*[,}\]])/g

/** Replaces values in JSON and fields in forms. */
function replaceInBody(text: string, find: Find): string {
  if (/^\s*[[{]/.test(text)) {
    return text.replace(JSON_VALUES, (token, string?: string, colon?: string) => {
      if (colon !== undefined) return token
      const found = find(string === undefined ? token : unquoted(string), null)
      return found === null ? token : JSON.stringify(found)
    })
  }
  return text.replace(/=([^&=\s]+)(?=&|$)/g, (pair, value: string) => {
    const found = find(safeDecode(value.replaceAll('+', ' ')), null)
    return found === null ? pair : `=${found}`
  })
}

function unquoted(string: string): string {
  try {
    return String(JSON.parse(string))
  } catch {
    return string
  }
}

/** Ids and tokens in a JSON response. Other values are usually equal only by chance. */
function valuesIn(responseBody: string | null, step: number): [value: string, source: Source][] {
  const found: [string, Source][] = []
  if (responseBody === null || !/^\s*[[{]/.test(responseBody)) return found
  try {
    collect(JSON.parse(responseBody), '$', '', 0)
  } catch {
    return []
  }
  return found

  function collect(value: unknown, path: string, key: string, depth: number): void {
    if (typeof value === 'string' || typeof value === 'number') {
      const text = String(value)
      if (isIdentifying(text, key)) found.push([text, { step, path, key }])
    } else if (Array.isArray(value) && depth < DEPTH_MAX) {
      value.forEach((item, index) => {
        collect(item, `${path}[${index}]`, key, depth + 1)
      })
    } else if (typeof value === 'object' && value !== null && depth < DEPTH_MAX) {
      for (const [name, item] of Object.entries(value)) {
        const step = stepTo(name)
        if (step !== null) collect(item, path + step, name, depth + 1)
      }
    }
  }
}

function isIdentifying(text: string, key: string): boolean {
  if (text.length < 3 || text.length > 5000) return false
  if (isSecretField(key)) return text.length >= 8
  const kind = kindOf(text)
  if (kind === 'uuid' || kind === 'hash') return true
  return kind === 'number' && /(^id|Id|ID|_id|[nN]umber)$/.test(key)
}

function stepTo(key: string): string | null {
  if (/^[A-Za-z_]\w*$/.test(key)) return `.${key}`
  return /['\\\x00-\x1f]/.test(key) || key.includes('{{') || key.includes('${') ? null : `['${key}']`
}

function splitOnce(text: string, sign: string): [before: string, after?: string] {
  const at = text.indexOf(sign)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
