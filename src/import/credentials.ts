/**
 * Secrets in an imported file are not copied: `${NAME}` replaces them.
 */
import { isSecretField, isSecretName } from '../base/secrets.js'
import { safeDecode } from './address.js'
import { variableName } from './names.js'
import type { Notes } from './notes.js'
import { hasPlaceholder, variable } from './placeholders.js'

/** The variables that replace the secrets of one import. */
export class Credentials {
  private readonly values = new Map<string, string>()

  /** The variable that replaces the value. Equal values under equal names share one. */
  hide(name: string, value: string): string {
    // A shell variable is not itself a secret.
    if (hasPlaceholder(value) || value === '') return value
    const base = secretName(name)
    for (let n = 1; ; n++) {
      const numbered = n === 1 ? base : `${base}_${n}`
      const held = this.values.get(numbered)
      if (held === undefined) this.values.set(numbered, value)
      if (held === undefined || held === value) return variable(numbered)
    }
  }

  /** A variable that the imported file itself refers to. */
  refer(name: string): string {
    this.values.set(name, variable(name))
    return variable(name)
  }

  /** Adds a note with the variables to set. `parts`: the scenario, which may not contain all of them. */
  addNotes(notes: Notes, parts: unknown = null): void {
    const text = parts === null ? null : JSON.stringify(parts)
    for (const name of this.values.keys()) {
      if (text !== null && !text.includes(`\${${name}}`)) continue
      notes.add(
        'set these variables before a run, in the environment or with -e NAME=value; secrets are not copied',
        name,
      )
    }
  }
}

/** The path with the values of secret query parameters replaced. */
export function hideQuery(path: string, credentials: Credentials): string {
  const start = path.indexOf('?')
  if (start === -1) return path
  const pairs = path.slice(start + 1).split('&')
  const hidden = pairs.map((pair) => {
    const [, name, value] = /^([^=]+)=(.+)$/s.exec(pair) ?? []
    const isSecret = name !== undefined && isSecretField(safeDecode(name))
    return isSecret ? `${name}=${credentials.hide(safeDecode(name), value!)}` : pair
  })
  return `${path.slice(0, start)}?${hidden.join('&')}`
}

/**
 * The text with the values of secret fields replaced. Finds fields in JSON, forms, XML and GraphQL arguments. `hide`
 * gets the values as written there, still escaped.
 */
export function hideInText(text: string, hide: (name: string, value: string) => string): string {
  return text.replace(WRITTEN_FIELDS, (whole, ...groups: (string | undefined)[]) => {
    const [before, name, value] = [0, 3, 6].flatMap((at) =>
      groups[at] === undefined ? [] : groups.slice(at, at + 3),
    ) as [string, string, string]
    if (!isSecretField(name)) return whole
    const from = before.length
    return `${before}${hide(name, value)}${whole.slice(from + value.length)}`
  })
}

/**
 * Text before the value, the name within it, and the value: of `"name": "value"` (or `name: "value"`), XML and forms.
 */
const WRITTEN_FIELDS = new RegExp(
  [
    String.raw`("?\b([\w$.-]+)"?\s*:\s*")((?:[^"\\]|\\.)+)"`,
    String.raw`(<(?:\w+:)?([\w.-]+)(?:\s[^<>]*)?>)([^<>]+)</`,
    String.raw`((?<=^|&)([\w.[\]-]+)=)([^&\s]+)(?=&|\s*$)`,
  ].join('|'),
  'g',
)

/** A variable name that perfctl recognizes as secret. */
function secretName(name: string): string {
  const variable = variableName(name)
  return isSecretName(variable) ? variable : `${variable}_SECRET`
}
