/**
 * Redacts secret header values but keeps what helps to find a problem.
 */
import { isSecretHeader } from '../../base/secrets.js'
import { hideInQuery } from './hidden-fields.js'

const HIDDEN = '[redacted]'

/**
 * Returns a header's value for display. Secret headers keep only the scheme, cookie names and cookie attributes;
 * secrets in URL queries are redacted.
 */
export function redactHeader(name: string, value: string): string {
  if (name === 'cookie') return value.split(/;\s*/).map(hideValue).join('; ')
  if (name === 'set-cookie') {
    const [cookie, ...attributes] = value.split(/;\s*/)
    return [hideValue(cookie!), ...attributes].join('; ')
  }
  if (!isSecretHeader(name)) return hideInQuery(value).text
  return [schemeOf(value), HIDDEN].filter((part) => part !== null).join(' ')
}

/** Returns the secrets in these headers, so that they are redacted elsewhere too, such as in an echo. */
export function secretsIn(headers: readonly string[]): string[] {
  return headers.flatMap((name, i) => {
    if (i % 2 === 1 || !isSecretHeader(name)) return []
    const value = headers[i + 1]!
    if (name === 'cookie') return value.split(/;\s*/).map((pair) => pair.slice(pair.indexOf('=') + 1))
    const scheme = schemeOf(value)
    const credentials = scheme === null ? value : value.slice(scheme.length).trim()
    if (scheme?.toLowerCase() !== 'basic') return [credentials]
    const login = Buffer.from(credentials, 'base64').toString()
    return [credentials, login, login.slice(login.indexOf(':') + 1)]
  })
}

function schemeOf(value: string): string | null {
  return /^(basic|bearer|digest|token|negotiate|apikey)(?=\s)/i.exec(value)?.[0] ?? null
}

function hideValue(pair: string): string {
  const at = pair.indexOf('=')
  return at === -1 ? HIDDEN : `${pair.slice(0, at)}=${HIDDEN}`
}
