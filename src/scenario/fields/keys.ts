/**
 * Problems with keys: unknown ones, those of other tools, those that belong elsewhere.
 */
import { nearest } from '../../base/suggest.js'
import { nameOf, quoted, type Report, Scalar, type Tree, type TreeMap } from '../yaml/tree.js'

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

/** Reports names under `data` that can't be used in `{{ ... }}`. */
export function checkDataNames(data: TreeMap, report: Report): void {
  for (const name of Object.keys(data)) {
    if (/^(true|false|null)$/.test(name)) {
      const message = `${name} can't be used as a name in {{ }}: it is a value`
      report({ path: [name], onKey: true, message, hint: 'choose another name' })
    }
    if (/^[A-Za-z_][\w-]*$/.test(name)) continue
    const message = `${quoted(name)} can't be used as a name in {{ }}`
    report({
      path: [name],
      onKey: true,
      message,
      hint: 'use letters, digits, _ and -, starting with a letter',
    })
  }
}

/** Reports an empty map of profiles, and names that can't be part of a file name. */
export function checkProfiles(profiles: TreeMap, report: Report): void {
  if (Object.keys(profiles).length === 0) {
    const hint = 'add a profile, such as smoke: { vus: 1, duration: 10s }, or remove the key'
    report({ message: 'the map is empty', hint })
  }
  for (const name of Object.keys(profiles)) {
    if (/^[A-Za-z0-9][\w-]{0,49}$/.test(name)) continue
    const message = `${quoted(name)} is not a valid profile name`
    report({
      path: [name],
      onKey: true,
      message,
      hint: 'use letters, digits, _ and -: it becomes part of a file name',
    })
  }
}

/** Why a value is not a list of values for `data`. */
export function explainData(tree: Tree): { message: string; hint: string } {
  if (tree instanceof Scalar && /\.(csv|tsv|json|ndjson|jsonl)$/i.test(tree.text)) {
    return {
      message: `expected a list of values, got ${nameOf(tree)}`,
      hint: `write { file: ${tree.text} }`,
    }
  }
  const hint = tree instanceof Scalar && tree.value !== null ? `write [${tree.text}]` : 'write [one, two]'
  return { message: `expected a list of values, got ${nameOf(tree)}`, hint }
}

/** Reports keys without effect. */
export function checkThreshold(
  threshold: { abort?: boolean | undefined; after?: number | undefined; minSamples?: number | undefined },
  report: Report,
): void {
  if (threshold.abort === true) return
  for (const key of ['after', 'minSamples'] as const) {
    if (threshold[key] === undefined) continue
    report({
      path: [key],
      onKey: true,
      message: `${key} has no effect without abort`,
      hint: 'add abort: true',
    })
  }
}
