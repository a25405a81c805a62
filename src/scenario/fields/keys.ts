/**
 * Problems with keys: unknown ones, those of other tools, those that belong elsewhere.
 */
import { nearest } from '../../base/suggest.js'
import { quoted, type Report, type TreeMap, wrongKey } from '../yaml/tree.js'

/** What a map knows about keys that it doesn't have. */
export interface KeyAdvice {
  /** Keys of other tools, and the key here that means the same. */
  readonly synonyms?: Readonly<Record<string, string>>
  /** Keys that aren't allowed here, with a hint for each. */
  readonly elsewhere?: Readonly<Record<string, string>>
}

/** The problem of an unknown key. */
export function unknownKey(
  key: string,
  known: readonly string[],
  advice: KeyAdvice,
): { message: string; hint: string; meant?: string } {
  if (advice.elsewhere !== undefined && Object.hasOwn(advice.elsewhere, key))
    return { message: `${key} is not allowed here`, hint: advice.elsewhere[key]! }
  const message = `unknown key ${quoted(key)}`
  const synonym = Object.entries(advice.synonyms ?? {}).find(([word]) => word === key)?.[1]
  if (synonym !== undefined) return { message, hint: `use "${synonym}" instead`, meant: synonym }
  const meant = nearest(key, known)
  return meant === null
    ? { message, hint: `the keys here are ${known.join(', ')}` }
    : { message, hint: `did you mean "${meant}"?`, meant }
}

/** Reports names that can't be used in `{{ ... }}`. */
export function checkTemplateNames(names: TreeMap, report: Report): void {
  for (const name of Object.keys(names)) {
    if (/^[A-Za-z_][\w-]*$/.test(name)) continue
    wrongKey(
      report,
      [name],
      `${quoted(name)} can't be used as a name in {{ }}`,
      'use letters, digits, _ and -, starting with a letter',
    )
  }
}
