/**
 * Collects the texts to redact: values with secret names, in all encodings they may appear in.
 */
import { isSecretName, isSecretValue } from './secrets.js'

/** The texts in a value that its name or a key marks as secret, such as a captured token or a column of passwords. */
export function secretTexts(name: string, value: unknown): string[] {
  if (typeof value === 'string') return isSecretName(name) ? [value] : []
  if (typeof value === 'number') return isSecretValue(name, value) ? [String(value)] : []
  if (Array.isArray(value)) return value.flatMap((item) => secretTexts(name, item))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => secretTexts(key, item))
}

/** The secrets as they may appear in text: plain, or encoded for a URL, a form, JSON or base64. */
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
