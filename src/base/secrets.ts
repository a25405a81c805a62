/**
 * Recognizes secrets by name and redacts them.
 */

/** Shorter values are left alone: they'd be found inside ordinary words. */
const SHORTEST = 4

/** Whether the header's value is a secret. */
export function isSecretHeader(name: string): boolean {
  return isSecretField(name) || HEADER_WORDS.has(wordsOf(name).at(-1) ?? '')
}

/** Whether the environment variable's value is a secret, judging by its name. */
export function isSecretName(name: string): boolean {
  return /secret|token|passw|key/i.test(name) || isSecretField(name)
}

/**
 * Whether a field of that name (of a form, a JSON body, a query, a data row) holds a secret. The last word decides:
 * `access_token` and `newPassword` do, `token_count`, `tokens` and `password_changed_at` don't. Neither do pagination
 * tokens such as `pageToken`.
 */
export function isSecretField(name: string): boolean {
  const words = wordsOf(name)
  const joined = words.join('')
  return SECRET_WORDS.has(words.at(-1) ?? '') || (SECRET_END.test(joined) && !HARMLESS_END.test(joined))
}

/** Whether a field's value must not be shown. Numbers are counts and ids, unless secrets of that name are digits. */
export function isSecretValue(name: string, value: string | number): boolean {
  const words = wordsOf(name)
  if (typeof value === 'number')
    return DIGITS_END.test(words.join('')) || DIGITS_WORDS.has(words.at(-1) ?? '')
  if (value === '') return false
  return isSecretField(name) || (CARD_WORDS.has(words.at(-1) ?? '') && /^(?:\d[ -]?){12,18}\d$/.test(value))
}

/**
 * Whether the text is distinctive enough to search for. Plain words, such as the password `secret`, and short numbers
 * occur in many texts.
 */
export function isDistinct(text: string): boolean {
  return text.length >= 6 && !/^(?:[A-Za-z][a-z]{0,11}|\d{1,7})$/.test(text)
}

const SECRET_END = new RegExp(
  `(?:${[
    'password|passwd|passwort|pwd|passphrase|passcode|secret|token|jwt|credentials?|authorization|signature|cookie',
    '(?:api|access|account|app|application|auth|authentication|encryption)key',
    '(?:functions|master|private|secret|signing|subscription|^x)key',
    '(?:otp|verification|security)code|sess(?:ion)?id',
    'cardnumber|cardno|creditcard|ccnumber|socialsecuritynumber',
  ].join('|')})$`,
)
const HARMLESS_END = /(?:page|next|continuation|sync|cursor|max|num|pagination)token$/
const SECRET_WORDS: ReadonlySet<string> = new Set('pass pw pin otp totp ssn cvv cvc csrf xsrf sig'.split(' '))
/** Only in headers: a field `session` may be a conference session. */
const HEADER_WORDS: ReadonlySet<string> = new Set(['auth', 'authentication', 'session'])
const DIGITS_END =
  /(?:password|passwd|passwort|passcode|(?:otp|verification|security)code|cardnumber|cardno|creditcard|ccnumber|socialsecuritynumber)$/
const DIGITS_WORDS: ReadonlySet<string> = new Set('pwd pin otp totp ssn cvv cvc'.split(' '))
const CARD_WORDS: ReadonlySet<string> = new Set(['card', 'pan'])
/** Words that may follow the name of a secret. */
const AFTER =
  /^(?:\d+|v|sha|ed|hmac|confirmation|confirm|confirmed|again|repeat|repeated|first|second|hash|hint|value|old|new|current)$/

/** The words of a name in lower case, without suffixes that don't change its meaning. */
function wordsOf(name: string): string[] {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .map((word) => word.replace(/(?<=[a-z])\d+$/, ''))
    .filter((word) => word !== '')
  while (words.length > 1 && AFTER.test(words.at(-1)!)) words.pop()
  return words
}

/** Replaces each secret in the text with `[redacted]`. */
export function redact(text: string, secrets: readonly string[]): string {
  return replaceSecrets(text, secrets, () => '[redacted]')
}

/** Covers each secret in the text with as many `*`, so that columns don't shift. */
export function cover(text: string, secrets: readonly string[]): string {
  return replaceSecrets(text, secrets, (secret) => '*'.repeat(secret.length))
}

function replaceSecrets(
  text: string,
  secrets: readonly string[],
  replacement: (secret: string) => string,
): string {
  // Longest first: replacing a secret within another one would expose the rest.
  const sorted = secrets.filter((secret) => secret.length >= SHORTEST).sort((a, b) => b.length - a.length)
  const next = sorted.map((secret) => text.indexOf(secret))
  let replaced = ''
  let at = 0
  // A single pass, so that a secret such as `redacted` isn't replaced within a replacement.
  for (;;) {
    let first = -1
    for (const [i, secret] of sorted.entries()) {
      if (next[i]! !== -1 && next[i]! < at) next[i] = text.indexOf(secret, at)
      if (next[i]! !== -1 && (first === -1 || next[i]! < next[first]!)) first = i
    }
    if (first === -1) return replaced + text.slice(at)
    const secret = sorted[first]!
    replaced += text.slice(at, next[first]) + replacement(secret)
    at = next[first]! + secret.length
  }
}
