/**
 * What a collection's requests share: the target and the login.
 */
import { escapeText, hasPlaceholders, type Placeholders } from '../template-text.js'
import type { Prepared } from './request.js'
import type { Address } from './url.js'
import type { PostmanContext } from './variables.js'

/** The target, and each request's address: a path, or a full URL if it's elsewhere. */
export interface Target {
  readonly target: string | null
  urlOf(address: Address): string
}

/** Makes the base of most requests the target. `given`: the target of the command line. */
export function chooseTarget(
  addresses: readonly Address[],
  given: string | null,
  { placeholders, notes }: PostmanContext,
): Target {
  const counts = new Map<string, number>()
  for (const { base } of addresses) {
    // A target is the same in every iteration.
    if (!placeholders.write(base).includes('{{ ')) counts.set(base, (counts.get(base) ?? 0) + 1)
  }
  const [main] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? []
  for (const { base, isOpen } of addresses) {
    if (isOpen && (base !== main || given === null))
      notes.add(
        'set these variables to a full URL (such as http://localhost:3000)',
        placeholders.write(base).replace(/^\$\{|\}$/g, ''),
      )
  }
  if (counts.size > 1) {
    const others = [...counts.keys()].filter((base) => base !== main)
    for (const base of others) notes.add('requests to other hosts have full URLs', placeholders.write(base))
  }
  return {
    target: given === null ? (main === undefined ? null : written(main, placeholders)) : overridable(given),
    urlOf: ({ base, path }) => placeholders.write(base === main ? path : `${base}${path}`),
  }
}

function written(base: string, placeholders: Placeholders): string {
  return hasPlaceholders(base) ? placeholders.write(base) : overridable(base)
}

/** `${BASE_URL:-https://api.example.com}`, because a collection rarely names the host to load-test. */
function overridable(base: string): string {
  return base.includes('}') ? escapeText(base) : `\${BASE_URL:-${base}}`
}

/** The login that all requests share; null if they differ or if it's captured from a response. */
export function commonAuth(requests: readonly Prepared[]): Readonly<Record<string, string>> | null {
  const [first] = requests
  if (first === undefined || first.auth === null) return null
  const text = JSON.stringify(first.auth)
  return !text.includes('{{') && requests.every(({ auth }) => JSON.stringify(auth) === text)
    ? first.auth
    : null
}
