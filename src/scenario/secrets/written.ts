/**
 * Masks secrets in YAML that may be broken, so that its lines can be quoted. Works line by line with the names before
 * the values. For valid files `found.ts` knows more, but not about the part that is broken.
 */
import { isSecretField, isSecretHeader } from '../../base/secrets.js'

/** The text with each character of a secret replaced by `*`. Quotes and other syntax stay. */
export function maskWritten(text: string): string {
  let within: Within | null = null
  return text
    .split('\n')
    .map((line) => {
      if (line.trim() === '') return line
      const indent = line.length - line.trimStart().length
      const key = FIRST_KEY.exec(line)?.[0] ?? ''
      if (within !== null && (indent <= within.indent || (within.kind === 'text' && key !== '')))
        within = null
      if (within !== null) {
        const kept = within.kind === 'map' ? key : ''
        return kept + maskValue(line.slice(kept.length))
      }
      const { masked, goesOn } = maskLine(line)
      if (goesOn !== null) within = { indent, kind: goesOn }
      return masked
    })
    .join('\n')
}

/** A secret that continues on the next lines: those indented deeper than its key. */
interface Within {
  readonly indent: number
  readonly kind: Continued
}

/** How a value continues: plain text from the line of its key, quoted or block text, or a map with keys of its own. */
type Continued = 'text' | 'block' | 'map'

/** `cookie: sid` names a cookie to capture; a cookie to send contains `=`. */
const A_NAME = /^["']?[\w-]+["']?[\s,}]*$/

/** A key at the start of a line. */
const FIRST_KEY = /^\s*(?:-\s+)*["']?[\w.-]{1,100}["']?\s*:(?:\s+|$)/
/** A key anywhere in a line. */
const KEY = /(["']?)([\w.-]{1,100})\1\s*:(?=\s|$|["'])\s*/g
/** Keys of `auth: { bearer: ... }` and `tls: { passphrase: ... }`. */
const OTHER_KEYS: ReadonlySet<string> = new Set(['bearer', 'basic', 'digest', 'passphrase'])

function isSecretKey(name: string): boolean {
  return isSecretHeader(name) || isSecretField(name) || OTHER_KEYS.has(name.toLowerCase())
}

/** A line with its secrets masked, and how the last one continues on the next line; null if it doesn't. */
function maskLine(line: string): { readonly masked: string; readonly goesOn: Continued | null } {
  const keys = [...line.matchAll(KEY)].map(({ 0: whole, 2: name, index }) => ({
    name: name!,
    at: index,
    from: index + whole.length,
    isNext: /[,{[]\s*$/.test(line.slice(Math.max(0, index - 20), index)),
  }))
  let masked = ''
  let done = 0
  let goesOn: Continued | null = null
  for (const [index, { name, at, from }] of keys.entries()) {
    // In a map, the keys inside decide.
    if (at < done || /[{[]/.test(line[from] ?? '') || !isSecretKey(name)) continue
    const quote = quoteAt(line, from)
    let next = index + 1
    while (next < keys.length && !(keys[next]!.isNext && keys[next]!.at >= quote.end)) next++
    const to = keys[next]?.at ?? line.length
    const value = line.slice(from, to)
    if (/^cookie$/i.test(name) && A_NAME.test(value)) continue
    masked += maskLoose(line.slice(done, from)) + maskValue(value)
    done = to
    goesOn = to < line.length ? null : continuationOf(value, quote.isOpen)
  }
  return { masked: masked + maskLoose(line.slice(done)), goesOn }
}

/** The end of the quoted text that starts at an offset; the offset itself if there is none. */
function quoteAt(line: string, from: number): { readonly end: number; readonly isOpen: boolean } {
  const quote = line[from]
  if (quote !== '"' && quote !== "'") return { end: from, isOpen: false }
  for (let at = from + 1; at < line.length; at++) {
    if (quote === '"' && line[at] === '\\') at++
    else if (line[at] === quote) return { end: at + 1, isOpen: false }
  }
  return { end: line.length, isOpen: true }
}

function continuationOf(value: string, isOpenQuote: boolean): Continued {
  const plain = value
    .replace(/^(?:[&!]\S*\s*)+/, '')
    .replace(/(?:^|\s)#.*$/, '')
    .trim()
  if (plain === '') return 'map'
  return isOpenQuote || /^[|>][\d+-]*$/.test(plain) ? 'block' : 'text'
}

/** The parts of a value that are no secret: references, quotes, brackets, and the login scheme. */
const HARMLESS =
  /\$\{[A-Za-z_]\w*\}|\{\{[^'"]*?\}\}|["']?\$[.[][^,]*|\b(?:bearer|basic|digest|token|negotiate|apikey)\s|\b(?:true|false|null|exists|missing)\b|["'{}[\],\s|>&#]/gi

function maskValue(value: string): string {
  let masked = ''
  let done = 0
  for (const { 0: harmless, index } of value.matchAll(HARMLESS)) {
    masked += '*'.repeat(index - done) + harmless
    done = index + harmless.length
  }
  return masked + '*'.repeat(value.length - done)
}

/** Secrets without a key: the login in a URL, and the value after a scheme or in a query. */
const KEYLESS =
  /(:\/\/[^\s/:@]*:)([^\s/@]+)(?=@)|(\b(?:bearer|basic)\s+)([\w.~+/=-]{6,})|([?&]([^&=?#\s{}]{1,100})=)([^&#\s{}"']+)/gi

function maskLoose(text: string): string {
  return text.replace(KEYLESS, (whole: string, ...groups: (string | undefined)[]) => {
    const [login, password, scheme, token, query, name, value] = groups
    if (query !== undefined) return isSecretKey(name!) ? query + '*'.repeat(value!.length) : whole
    return login === undefined ? scheme! + '*'.repeat(token!.length) : login + '*'.repeat(password!.length)
  })
}
