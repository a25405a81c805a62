/**
 * Which captured values templates refer to.
 */

/** The names of the captured values without which a part can't be filled in, each once. */
export function neededVariables(part: unknown): string[] {
  const names = new Set<string>()
  collect(part, names)
  return [...names]
}

function collect(part: unknown, names: Set<string>): void {
  if (typeof part !== 'object' || part === null) return
  const { type, name } = part as { readonly type?: unknown; readonly name?: unknown }
  if (type === 'variable' && typeof name === 'string') names.add(name)
  // What has a default can do without.
  if (type === 'call' && name === 'default') return
  for (const value of Object.values(part)) collect(value, names)
}
