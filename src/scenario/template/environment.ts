/**
 * `${NAME}` and `${NAME:-default}`: environment variables, filled in once when the file is read.
 */
import { didYouMean } from '../../base/suggest.js'
import type { Report } from '../yaml/tree.js'

/** Replaces a value that must not be shown. */
export const MASKED = '***'

/** Variables by name; usually those of the process, overridden by `--env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** `$${`, `${NAME}`, `${NAME:-default}`, or a `${` that is none of these. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}|\$\{[^}]*\}?/g

/** The text with all references filled in; null if one can't be, which is reported. `$${` is a literal `${`. */
export function fillIn(text: string, env: Environment, report: Report): string | null {
  let isWhole = true
  const filled = text.replace(REFERENCE, (reference, name: string | undefined, fallback, offset: number) => {
    if (reference === '$${') return '${'
    const value = name === undefined ? undefined : lookUp(name, fallback, env)
    if (value !== undefined) return value
    isWhole = false
    const hint = name === undefined ? MALFORMED : unsetHint(name, env)
    const message = name === undefined ? `${reference} is not a variable` : `\${${name}} is not set`
    report({ message, hint, part: { text: reference, from: offset } })
    return ''
  })
  return isWhole ? filled : null
}

/** `env('NAME')` and `env('NAME', 'default')` in a template. */
const CALL = /\benv\(\s*['"]([A-Za-z_]\w*)['"](?:\s*,\s*(?:'([^']*)'|"([^"]*)"))?/g

/** The names and values of all variables that a text uses, by `${...}` or `env()`, and that have a value. */
export function variablesIn(
  text: string,
  env: Environment,
): { readonly name: string; readonly value: string }[] {
  const calls = [...text.matchAll(CALL)].map(([, name, single, double]) => [name, single ?? double] as const)
  const references = [...text.matchAll(REFERENCE)].map(([, name, fallback]) => [name, fallback] as const)
  return [...references, ...calls].flatMap(([name, fallback]) => {
    const value = name === undefined ? undefined : lookUp(name, fallback, env)
    return value === undefined ? [] : [{ name: name!, value }]
  })
}

/** Whether the text contains a reference, so that its value depends on the environment. */
export function hasReference(text: string): boolean {
  return text.search(REFERENCE) !== -1
}

/** The same variables with masked values. */
export function maskValues(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value && MASKED]))
}

const MALFORMED = 'write ${NAME} or ${NAME:-default}; for a literal ${ write $${'

/** As in a shell, the default also replaces an empty value. */
function lookUp(name: string, fallback: string | undefined, env: Environment): string | undefined {
  const value = Object.hasOwn(env, name) ? env[name] : undefined
  return value === undefined || value === '' ? (fallback ?? value) : value
}

function unsetHint(name: string, env: Environment): string {
  const similar = name.length > 3 ? didYouMean(name, Object.keys(env)) : null
  const ways = `pass --env ${name}=..., set it in the environment, or give a default: \${${name}:-value}`
  return similar === null ? ways : `${similar} Otherwise ${ways}`
}
