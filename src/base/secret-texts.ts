/**
 * The texts by which a secret is found: those in a value whose name tells, and in the forms that it may take.
 */
import { isSecretName, isSecretValue } from './secrets.js'

/** The texts in a value that its name, or a key in it, calls secrets: a captured token, a column of passwords. */
export function secretTexts(name: string, value: unknown): string[] {
  if (typeof value === 'string') return isSecretName(name) ? [value] : []
  if (typeof value === 'number') return isSecretValue(name, value) ? [String(value)] : []
  if (Array.isArray(value)) return value.flatMap((item) => secretTexts(name, item))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => secretTexts(key, item))
}

/** The secrets as they stand in texts: plain, in a URL, in a form, in a JSON text, in base64. */
export function withEncodings(secrets: readonly string[]): string[] {
  return secrets.flatMap((secret) => {
    const inUrl = encodeURIComponent(secret.replace(/\p{Surrogate}/gu, '\ufffd'))
    const inJson = JSON.stringify(secret).slice(1, -1)
    return [
      ...new Set([
        secret,
        inUrl,
        inUrl.replaceAll('%20', '+'),
        inJson,
        Buffer.from(secret).toString('base64'),
      ]),
    ]
  })
}
