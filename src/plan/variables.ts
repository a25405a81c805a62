/**
 * Finds the captured values that templates refer to.
 */

/** The names of the captured values that a part needs, each once. */
export function neededVariables(part: unknown): string[] {
  const names = new Set<string>()
  collect(part, names)
  return [...names]
}

function collect(part: unknown, names: Set<string>): void {
  if (typeof part !== 'object' || part === null) return
  const { type, name } = part as { readonly type?: unknown; readonly name?: unknown }
  if (type === 'variable' && typeof name === 'string') names.add(name)
  // A value with a default isn't required.
  if (type === 'call' && name === 'default') return
  for (const value of Object.values(part)) collect(value, names)
}
