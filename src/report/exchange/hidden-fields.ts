/**
 * Finds secrets in requests and responses: values of fields with telling names, in JSON, forms, URLs, XML and HTML. It
 * works on the text rather than the parsed value, so that everything else is shown unchanged.
 */
import { jsonTokens } from '../../base/json-tokens.js'
import { isSecretValue } from '../../base/secrets.js'

/** Search options. */
export interface HideOptions {
  /** Values that are secrets in any field. */
  readonly known: ReadonlySet<string>
  /** The text is sent to the service. Then sentences are secrets too; in responses, they are messages about a field. */
  readonly isSent: boolean
  readonly contentType: string
}

/** A redacted text, and the secrets it had. */
export interface Hidden {
  readonly text: string
  readonly secrets: readonly string[]
}

const HIDDEN = '[redacted]'

/** Redacts secrets in the body of a request or response. */
export function hideInBody(body: string, options: HideOptions): Hidden {
  const hiding = new Hiding(options)
  if (/^\s*[[{]/.test(body)) return { text: hiding.json(body), secrets: hiding.secrets }
  if (/^multipart\//i.test(options.contentType)) return { text: hiding.parts(body), secrets: hiding.secrets }
  const isForm = /^application\/x-www-form-urlencoded/i.test(options.contentType)
  const text = isForm ? hiding.pairs(body) : hiding.markup(hiding.query(body))
  return { text, secrets: hiding.secrets }
}

/** Redacts secrets in the queries of URLs anywhere in the text. */
export function hideInQuery(text: string, known: ReadonlySet<string> = new Set()): Hidden {
  const hiding = new Hiding({ known, isSent: true, contentType: '' })
  return { text: hiding.query(text), secrets: hiding.secrets }
}

class Hiding {
  readonly secrets: string[] = []

  constructor(private readonly options: HideOptions) {}

  /** Works token by token: the key before a value, or before a list of values, decides. */
  json(text: string): string {
    const names: (string | null)[] = []
    let name: string | null = null
    let shown = ''
    let done = 0
    let last: { readonly token: string; readonly at: number } | null = null
    // A string is a key if a colon follows, so each is handled once the next token is known.
    for (const token of [...jsonTokens(text), null]) {
      if (token?.token === ':' && last !== null) {
        name = unquote(last.token)
        last = null
        continue
      }
      if (last !== null && this.hidesToken(name, last.token)) {
        shown += text.slice(done, last.at) + JSON.stringify(HIDDEN)
        done = last.at + last.token.length
      }
      last = null
      if (token === null) break
      if (token.token === '[' || token.token === '{') {
        names.push(name)
        if (token.token === '{') name = null
      } else if (token.token === ']' || token.token === '}') {
        names.pop()
        name = null
      } else if (token.token === ',') name = names.at(-1) ?? null
      else last = token
    }
    return shown + text.slice(done)
  }

  private hidesToken(name: string | null, token: string): boolean {
    if (token.startsWith('"')) return this.hides(name, unquote(token))
    if (name === null || !/^-?\d/.test(token) || !isSecretValue(name, Number(token))) return false
    return this.take(token, true)
  }

  /** `a=1&b=2`. */
  pairs(text: string): string {
    return text.replace(/([^&=\s]+)=([^&\s]*)/g, (pair, name: string, value: string) =>
      this.hides(decode(name), decode(value)) ? `${name}=${HIDDEN}` : pair,
    )
  }

  /** `?a=1&b=2` anywhere in a text. */
  query(text: string): string {
    return text.replace(
      /((?:[?&]|&amp;)([^&=?#\s"'<>]+)=)([^&#\s"'<>]+)/g,
      (pair, start: string, name: string, value: string) =>
        this.hides(decode(name), decode(value)) ? start + HIDDEN : pair,
    )
  }

  /** The text fields of a multipart form (RFC 7578). */
  parts(text: string): string {
    const head = /Content-Disposition: form-data; name="([^"\r\n]*)"\r\n(?:Content-Type:.*\r\n)?\r\n/gi
    let shown = ''
    let done = 0
    for (let match = head.exec(text); match !== null; match = head.exec(text)) {
      const end = text.indexOf('\r\n--', head.lastIndex)
      if (end === -1) break
      const value = text.slice(head.lastIndex, end)
      const safe = this.hides(match[1]!, value) ? HIDDEN : /^\s*[[{]/.test(value) ? this.json(value) : value
      shown += text.slice(done, head.lastIndex) + safe
      done = end
      head.lastIndex = end
    }
    return shown + text.slice(done)
  }

  /** XML elements, HTML form fields, and HTML `meta` elements. */
  markup(text: string): string {
    const ofElements = text.replace(
      /(<([\w.-]+:)?([\w.-]+)(?:\s[^<>]*)?>)([^<>]+)(?=<\/\2?\3>)/g,
      (element, start: string, _prefix, name: string, value: string) =>
        this.hides(name, value) ? start + HIDDEN : element,
    )
    return ofElements.replace(/<(?:input|meta)\s[^<>]*>/gi, (tag) => {
      const name = /\bname\s*=\s*["']?([^"'\s>]+)/i.exec(tag)?.[1] ?? ''
      return tag.replace(
        /(\b(?:value|content)\s*=\s*)(?:"([^"]*)"|'([^']*)')/i,
        (attribute, start: string, double: string | undefined, single: string | undefined) =>
          this.hides(name, double ?? single ?? '') ? `${start}"${HIDDEN}"` : attribute,
      )
    })
  }

  private hides(name: string | null, value: string): boolean {
    const isNamed = name !== null && isSecretValue(name, value) && !this.isMessage(value)
    if (!isNamed && !this.options.known.has(value)) return false
    this.take(value, '')
    return true
  }

  /** Returns whether a value is a message about the field, such as `{"password": "is too short"}`. */
  private isMessage(value: string): boolean {
    return !this.options.isSent && /\S\s+\S/.test(value.replace(/^(?:basic|bearer|token)\s+/i, ''))
  }

  private take<T>(secret: string, shown: T): T {
    this.secrets.push(secret)
    return shown
  }
}

function unquote(text: string): string {
  try {
    return JSON.parse(text) as string
  } catch {
    return text.slice(1, -1)
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
