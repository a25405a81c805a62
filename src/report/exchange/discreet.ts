/**
 * Headers whose values are nobody's business, shown with as much as helps to find a mistake.
 */
import { isSecretHeader } from '../../base/secrets.js'
import { hideInQuery } from './hidden-fields.js'

const HIDDEN = '[redacted]'

/**
 * The value of a header: of a secret one the scheme, the names of cookies and their attributes, and no more; of URLs
 * without the secrets in their queries.
 */
export function discreetHeader(name: string, value: string): string {
  if (name === 'cookie') return value.split(/;\s*/).map(hideValue).join('; ')
  if (name === 'set-cookie') {
    const [cookie, ...attributes] = value.split(/;\s*/)
    return [hideValue(cookie!), ...attributes].join('; ')
  }
  if (!isSecretHeader(name)) return hideInQuery(value).text
  return [schemeOf(value), HIDDEN].filter((part) => part !== null).join(' ')
}

/** What such values hold that must not be shown elsewhere either, such as in an answer that repeats them. */
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
