/**
 * Names that a scenario accepts: unique, on one line and without templates.
 */
import { FUNCTIONS } from '../scenario/template/functions.js'

const LENGTH_MAX = 120

/** The text on one line, trimmed and shortened to the longest name. */
export function oneLine(text: string): string {
  const line = text.replace(/[\x00-\x20\x7f\u2028\u2029]+/g, ' ').trim()
  // Don't split surrogate pairs.
  return line.length <= LENGTH_MAX ? line : `${[...line].slice(0, LENGTH_MAX - 1).join('')}…`
}

/** Makes names unique. */
export class Names {
  private readonly taken = new Set<string>()
  /** The last number used for each name, as thousands of requests may have the same name. */
  private readonly numbers = new Map<string, number>()

  /**
   * The name as a scenario accepts it, numbered if it's taken. Escapes `${` as `$${`. `journey`: its name if the name is
   * a step's, as results show both.
   */
  take(wanted: string, fallback: string, journey: string | null = null): string {
    const line = oneLine(wanted.replace(/\{\{|\}\}/g, ' ')) || fallback
    const base = line.replaceAll('${', () => '$${')
    const whole = (name: string) => (journey === null ? name : `${journey} / ${name}`)
    let name = base
    let n = this.numbers.get(whole(base)) ?? 1
    while (this.taken.has(whole(name))) name = `${base} (${++n})`
    this.numbers.set(whole(base), n)
    this.taken.add(whole(name))
    return name
  }
}

/** A valid scenario name, which is also a file name; null if nothing remains of the text. */
export function scenarioName(text: string): string | null {
  const name = oneLine(text.replace(/[/\\:*?"<>|{}$]+/g, ' ').replace(/^[\s.]+/, '')).slice(0, 60)
  return name.replace(/[\ud800-\udbff]$/, '').trim() || null
}

/** An environment variable's name: `base-url` and `baseUrl` become `BASE_URL`. */
export function variableName(text: string): string {
  const words = text.replace(/([a-z\d])([A-Z])/g, '$1_$2').replace(/[^A-Za-z\d]+/g, '_')
  const name = words
    .replace(/^_+|_+$/g, '')
    .toUpperCase()
    .slice(0, 60)
  return /^[A-Z]/.test(name) ? name : `VALUE${name === '' ? '' : `_${name}`}`
}

/** Whether the word is a constant in templates. */
export function isConstant(word: string): boolean {
  return /^(true|false|null)$/.test(word)
}

/** A valid name for a captured value: letters, digits and `_`, and not a function or constant. */
export function captureName(text: string): string {
  const name = text
    .replace(/[^A-Za-z\d]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60)
  const word = /^[A-Za-z]/.test(name) ? name : `value${name === '' ? '' : `_${name}`}`
  return isConstant(word) || FUNCTIONS.some((fn) => fn.name === word) ? `${word}_value` : word
}
