/**
 * Fields of forms and queries as keys of a scenario.
 */

/** Adds a field. Several fields of one name become a list. */
export function addField(fields: Record<string, unknown>, name: string, value: unknown): void {
  const known = fields[name]
  if (!Object.hasOwn(fields, name)) fields[name] = value
  else if (Array.isArray(known)) known.push(value)
  else fields[name] = [known, value]
}

/** Whether equal names are adjacent, so that a map keeps the order of the fields. */
export function areAdjacent(names: readonly string[]): boolean {
  return names.filter((name, i) => name !== names[i - 1]).length === new Set(names).size
}
