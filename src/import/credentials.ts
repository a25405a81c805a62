/**
 * Secrets that an imported file holds: they stay behind, and `${NAME}` stands for them.
 */
import { isSecretField, isSecretName } from '../base/secrets.js'
import { safeDecode } from './address.js'
import { variableName } from './names.js'
import type { Notes } from './notes.js'
import { isMarked, variable } from './placeholders.js'

/** The variables that stand for the secrets of one import. */
export class Credentials {
  /** Values by the names of their variables. */
  private readonly values = new Map<string, string>()

  /** The variable that stands for the value; equal values of equal names have the same one. */
  hide(name: string, value: string): string {
    // A variable in a shell's command line is none of the secrets itself.
    if (isMarked(value) || value === '') return value
    const base = secretName(name)
    for (let n = 1; ; n++) {
      const numbered = n === 1 ? base : `${base}_${n}`
      const held = this.values.get(numbered)
      if (held === undefined) this.values.set(numbered, value)
      if (held === undefined || held === value) return variable(numbered)
    }
  }

  /** A variable that the imported file refers to itself. */
  refer(name: string): string {
    this.values.set(name, variable(name))
    return variable(name)
  }

  /** Says which variables have to be set. `parts`: the scenario, where some of them may have come to nothing. */
  tell(notes: Notes, parts: unknown = null): void {
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

/** The path with the values of telling parameters hidden. */
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
 * A text in any notation with the values of telling fields hidden, as far as they can be recognised: in JSON, in
 * fields of a form, in elements of XML, in arguments of GraphQL. `hide` gets them as they are written there.
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

/** Before the value, the name in it, the value; of `"name": "value"` (or `name: "value"`), XML and forms. */
const WRITTEN_FIELDS = new RegExp(
  [
    String.raw`("?\b([\w$.-]+)"?\s*:\s*")((?:[^"\\]|\\.)+)"`,
    String.raw`(<(?:\w+:)?([\w.-]+)(?:\s[^<>]*)?>)([^<>]+)</`,
    String.raw`((?<=^|&)([\w.[\]-]+)=)([^&\s]+)(?=&|\s*$)`,
  ].join('|'),
  'g',
)

/** A name that tells others, too, that what it holds is a secret. */
function secretName(name: string): string {
  const variable = variableName(name)
  return isSecretName(variable) ? variable : `${variable}_SECRET`
}
