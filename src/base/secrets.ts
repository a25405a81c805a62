/**
 * What must never be shown: which names announce a secret, and how its value is taken out of a text.
 */

/** Shorter values are left alone: they'd be found inside ordinary words. */
const SHORTEST = 4

const SECRET_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'x-api-key',
])

/** Whether the value of the header (its name in lower case) is a secret. */
export function isSecretHeader(name: string): boolean {
  return SECRET_HEADERS.has(name)
}

/** Whether the name of an environment variable says that its value is a secret. */
export function isSecretName(name: string): boolean {
  return /secret|token|passw|key/i.test(name)
}

/** The text with each of the secrets replaced by `[redacted]`. */
export function redact(text: string, secrets: readonly string[]): string {
  return replaceSecrets(text, secrets, () => '[redacted]')
}

/** The text with each of the secrets covered by as many `*`: columns stay where they are. */
export function cover(text: string, secrets: readonly string[]): string {
  return replaceSecrets(text, secrets, (secret) => '*'.repeat(secret.length))
}

function replaceSecrets(
  text: string,
  secrets: readonly string[],
  replacement: (secret: string) => string,
): string {
  const patterns = secrets
    .filter((secret) => secret.length >= SHORTEST)
    // Longest first: a secret inside another one must not leave the rest of that in sight.
    .sort((a, b) => b.length - a.length)
    .map((secret) => secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  // One pass over the text, so that a secret such as `redacted` isn't replaced in its own replacement.
  return patterns.length === 0 ? text : text.replace(new RegExp(patterns.join('|'), 'g'), replacement)
}
