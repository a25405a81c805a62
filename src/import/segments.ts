/**
 * Tells the values in a path (ids, hashes, dates) from the words that name a resource.
 */

/** The kind of value that a path segment holds. */
export type ValueKind = 'number' | 'uuid' | 'date' | 'hash' | 'slug'

/** The kind of a decoded segment that is clearly a value; null for a word. */
export function kindOf(segment: string): Exclude<ValueKind, 'slug'> | null {
  if (/^\d{4}-\d\d-\d\d([T ].*)?$/.test(segment)) return 'date'
  if (/^-?\d+$/.test(segment)) return 'number'
  if (/^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(segment)) return 'uuid'
  return isHash(segment) ? 'hash' : null
}

/** Hex digits of a digest or object id, or a long random text with letters and digits mixed. */
function isHash(segment: string): boolean {
  if (/^(?=.*\d)(?:[\da-f]{8,}|[\dA-F]{8,})$/.test(segment)) return true
  if (segment.length < 12 || !/^[\w=~-]+$/.test(segment)) return false
  // A ULID, nano id or short link. Words with hyphens and a number are a title.
  const words = segment.split(/[-_]/)
  const isTitle = words.length > 1 && words.every((word) => /^([a-z]*|[A-Z]?[a-z]*|\d+)$/.test(word))
  const changes = segment.match(/[a-z](?=[\dA-Z])|[A-Z](?=\d)|\d(?=[A-Za-z])/g)?.length ?? 0
  return !isTitle && /\d/.test(segment) && changes >= Math.max(3, segment.length / 6)
}

/**
 * A name for values of the kind: after `users` a number is a `userId`, a date a `userDate`. `before`: the word before
 * it, or null.
 */
export function valueName(kind: ValueKind, before: string | null): string {
  const word =
    before === null ? '' : singular(before.replace(/\.\w+$/, '')).replace(/[^A-Za-z\d]+(\w?)/g, upper)
  const suffix = SUFFIXES[kind]
  if (!/^[A-Za-z]/.test(word)) return suffix.toLowerCase()
  return `${word.slice(0, 30)}${suffix}`
}

const SUFFIXES: Readonly<Record<ValueKind, string>> = {
  number: 'Id',
  uuid: 'Id',
  date: 'Date',
  hash: 'Id',
  slug: 'Name',
}

function upper(_: string, letter: string): string {
  return letter.toUpperCase()
}

function singular(word: string): string {
  if (/ies$/i.test(word)) return word.replace(/ies$/i, 'y')
  if (/(ss|us|is|news)$/i.test(word)) return word
  return word.replace(/(?<=(?:x|ch|sh|ss))es$/i, '').replace(/s$/i, '')
}
