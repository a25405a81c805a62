/**
 * Names from other programs as perfctl takes them: on one line, without templates, each once.
 */
import { FUNCTIONS } from '../scenario/template/functions.js'

const LENGTH_MAX = 120

/** The text on one line, trimmed, and no longer than a name should be. */
export function oneLine(text: string): string {
  const line = text.replace(/[\x00-\x20\x7f\u2028\u2029]+/g, ' ').trim()
  // By characters, not by halves of them.
  return line.length <= LENGTH_MAX ? line : `${[...line].slice(0, LENGTH_MAX - 1).join('')}…`
}

/** Gives names that are not taken yet. */
export class Names {
  private readonly taken = new Set<string>()
  /** The last number behind each name: thousands may be called the same. */
  private readonly numbers = new Map<string, number>()

  /** The name in the form a scenario takes it in, with a number behind it if it's taken. `${` is written `$${`. */
  take(wanted: string, fallback: string): string {
    const base = oneLine(wanted.replace(/\{\{|\}\}/g, ' ')) || fallback
    let name = base
    let n = this.numbers.get(base) ?? 1
    while (this.taken.has(name)) name = `${base} (${++n})`
    this.numbers.set(base, n)
    this.taken.add(name)
    return name.replaceAll('${', () => '$${')
  }
}

/** What a scenario can be called, as its name is a file's, too; null when nothing is left of it. */
export function scenarioName(text: string): string | null {
  const name = oneLine(text.replace(/[/\\:*?"<>|{}$]+/g, ' ').replace(/^[\s.]+/, '')).slice(0, 60)
  return name.replace(/[\ud800-\udbff]$/, '').trim() || null
}

/** A name as environment variables have it: `base-url` and `baseUrl` become `BASE_URL`. */
export function variableName(text: string): string {
  const words = text.replace(/([a-z\d])([A-Z])/g, '$1_$2').replace(/[^A-Za-z\d]+/g, '_')
  const name = words
    .replace(/^_+|_+$/g, '')
    .toUpperCase()
    .slice(0, 60)
  return /^[A-Z]/.test(name) ? name : `VALUE${name === '' ? '' : `_${name}`}`
}

/** Whether a word means a value of its own in templates. */
export function isConstant(word: string): boolean {
  return /^(true|false|null)$/.test(word)
}

/** A name as captured values have it: letters, digits and `_`, and not that of a function or a constant. */
export function captureName(text: string): string {
  const name = text
    .replace(/[^A-Za-z\d]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60)
  const word = /^[A-Za-z]/.test(name) ? name : `value${name === '' ? '' : `_${name}`}`
  return isConstant(word) || FUNCTIONS.some((fn) => fn.name === word) ? `${word}_value` : word
}
