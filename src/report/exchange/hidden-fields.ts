/**
 * Secrets in texts that come and go: the values of fields whose names tell, in JSON, forms, URLs, XML and HTML. They are
 * found in the text, not in what it means, so that everything else is shown as it came.
 */
import { isSecretValue } from '../../base/secrets.js'

/** How a text is looked at. */
export interface HideOptions {
  /** Values that are secrets in whatever field they stand. */
  readonly known: ReadonlySet<string>
  /** Sent to the service: then sentences are secrets, too. In answers they are messages about a field. */
  readonly isSent: boolean
  readonly contentType: string
}

/** A text without its secrets, and those it had. */
export interface Hidden {
  readonly text: string
  readonly secrets: readonly string[]
}

const HIDDEN = '[redacted]'

/** Hides secrets in a body: of a request, or of an answer. */
export function hideInBody(body: string, options: HideOptions): Hidden {
  const hiding = new Hiding(options)
  if (/^\s*[[{]/.test(body)) return { text: hiding.json(body), secrets: hiding.secrets }
  if (/^multipart\//i.test(options.contentType)) return { text: hiding.parts(body), secrets: hiding.secrets }
  const isForm = /^application\/x-www-form-urlencoded/i.test(options.contentType)
  const text = isForm ? hiding.pairs(body) : hiding.markup(hiding.query(body))
  return { text, secrets: hiding.secrets }
}

/** Hides secrets in the query of a URL, wherever in the text that stands. */
export function hideInQuery(text: string, known: ReadonlySet<string> = new Set()): Hidden {
  const hiding = new Hiding({ known, isSent: true, contentType: '' })
  return { text: hiding.query(text), secrets: hiding.secrets }
}

class Hiding {
  readonly secrets: string[] = []

  constructor(private readonly options: HideOptions) {}

  /** Token by token: a key in front of a value, or of a list of them, tells what it is. */
  json(text: string): string {
    const names: (string | null)[] = []
    let name: string | null = null
    return text.replace(
      /"(?:[^"\\]|\\.)*"(\s*:)?|-?\d[\d.eE+-]*|[[\]{},]/g,
      (token, colon: string | undefined) => {
        if (colon !== undefined) name = unquote(token.slice(0, -colon.length))
        else if (token === '[' || token === '{') {
          names.push(name)
          if (token === '{') name = null
        } else if (token === ']' || token === '}') {
          names.pop()
          name = null
        } else if (token === ',') name = names.at(-1) ?? null
        else if (token.startsWith('"'))
          return this.hides(name, unquote(token)) ? JSON.stringify(HIDDEN) : token
        else if (name !== null && isSecretValue(name, Number(token)))
          return this.take(token, JSON.stringify(HIDDEN))
        return token
      },
    )
  }

  /** `a=1&b=2`. */
  pairs(text: string): string {
    return text.replace(/([^&=\s]+)=([^&\s]*)/g, (pair, name: string, value: string) =>
      this.hides(decode(name), decode(value)) ? `${name}=${HIDDEN}` : pair,
    )
  }

  /** `?a=1&b=2` in whatever text. */
  query(text: string): string {
    return text.replace(
      /((?:[?&]|&amp;)([^&=?#\s"'<>]+)=)([^&#\s"'<>]+)/g,
      (pair, start: string, name: string, value: string) =>
        this.hides(decode(name), decode(value)) ? start + HIDDEN : pair,
    )
  }

  /** The texts of a form (RFC 7578). */
  parts(text: string): string {
    return text.replace(
      /(Content-Disposition: form-data; name="([^"]*)"\r\n(?:Content-Type:.*\r\n)?\r\n)([\s\S]*?)(?=\r\n--)/gi,
      (_part, head: string, name: string, value: string) => {
        if (this.hides(name, value)) return head + HIDDEN
        return head + (/^\s*[[{]/.test(value) ? this.json(value) : value)
      },
    )
  }

  /** Elements of XML, fields of a form in HTML and its `meta`. */
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

  /** `{"password": "is too short"}`: what a service says of a field. */
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
