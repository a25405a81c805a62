/**
 * Which captured values a request refers to.
 */
import type { Expression, RequestSpec } from '../scenario/scenario.js'

/** The names of the captured values that stand in the templates of a request, each once. */
export function neededVariables(request: RequestSpec): string[] {
  const { path, query, headers, body } = request
  const names = new Set<string>()
  collect([path, query, headers, body], names)
  return [...names]
}

/** All names in a template, or in anything that is made of templates. */
export function variablesIn(part: unknown): string[] {
  const names = new Set<string>()
  collect(part, names)
  return [...names]
}

function collect(part: unknown, names: Set<string>): void {
  if (typeof part !== 'object' || part === null) return
  const { type, name } = part as Partial<Extract<Expression, { type: 'variable' }>>
  if (type === 'variable' && typeof name === 'string') names.add(name)
  for (const value of Object.values(part)) collect(value, names)
}
