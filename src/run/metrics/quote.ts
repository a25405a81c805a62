/**
 * Quotes pages of metrics without secrets. A page that refuses access may repeat what it was sent.
 */
import { secretTexts, withEncodings } from '../../base/secret-texts.js'
import { redact } from '../../base/secrets.js'
import type { Plan } from '../../plan/plan.js'
import type { RequestSpec } from '../../scenario/model/request.js'
import { sentSecrets } from '../../scenario/secrets/sent.js'
import { quoted } from '../../scenario/yaml/tree.js'

/** Shorter texts occur in too many other texts. */
const LENGTH_MIN = 4

/** Returns how to quote a response to `request`. `secrets`: those that are known from the scenario. */
export function makeQuote(
  request: RequestSpec,
  { http, variables }: Pick<Plan, 'http' | 'variables'>,
  secrets: readonly string[],
): (text: string) => string {
  const { values, isMade } = sentSecrets(request, http.headers)
  // A value that is calculated, or of a row that isn't kept, is unknown.
  if (isMade || values.some(({ type }) => type === 'data')) return () => quoted('[redacted]')
  const captured = values.flatMap(({ name }) => textsIn(variables[name]))
  const named = Object.entries(variables).flatMap(([name, value]) => secretTexts(name, value))
  const hidden = [
    ...secrets,
    ...withEncodings([...captured, ...named].filter((text) => text.length >= LENGTH_MIN)),
  ]
  // Redacted first: of a secret that is cut off, a part would remain.
  return (text) => quoted(redact(text, hidden))
}

/** The texts in a captured value, of which only a part may have been sent. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
