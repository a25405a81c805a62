/**
 * Finds an entry of a list by its name without going through the list again and again: scenarios may have thousands of
 * requests.
 */
interface Named {
  readonly name: string
}

/** Made once for a list. */
const indexes = new WeakMap<readonly Named[], ReadonlyMap<string, Named>>()

/** Returns the entry of a name, the first if there are several; undefined without any. The list must not change later. */
export function findNamed<T extends Named>(list: readonly T[], name: string): T | undefined {
  const known = indexes.get(list) ?? makeIndex(list)
  return known.get(name) as T | undefined
}

function makeIndex(list: readonly Named[]): ReadonlyMap<string, Named> {
  const made = new Map(list.toReversed().map((each) => [each.name, each]))
  indexes.set(list, made)
  return made
}
