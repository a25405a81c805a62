/**
 * Secrets that an imported file holds: they stay behind, and `${NAME}` stands for them.
 */
import { isSecretHeader } from '../../base/secrets.js'
import { safeDecode } from './address.js'
import { isMarked, variable } from './marks.js'
import { variableName } from './names.js'
import type { Notes } from './notes.js'

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

  /** Says which variables have to be set. */
  tell(notes: Notes): void {
    for (const name of this.values.keys()) {
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

/** Whether a header of that name, in lower case, carries a secret. */
export function isSecretCarrier(header: string): boolean {
  return isSecretHeader(header) || /(^|-)(token|secret|api-?key|apikey|auth|session)(-|$)/.test(header)
}

/**
 * Whether a field (of a form, a JSON body, a query) of that name carries a secret. Whole words only: `keyword` and
 * `tokenize` are none.
 */
export function isSecretField(name: string): boolean {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
  if (words.some((word) => SECRET_WORDS.has(word))) return true
  return words.some((word, i) => word === 'key' && KINDS_OF_KEY.has(words[i - 1] ?? ''))
}

const SECRET_WORDS: ReadonlySet<string> = new Set([
  'password',
  'passwd',
  'passwort',
  'pwd',
  'passphrase',
  'secret',
  'token',
  'csrf',
  'apikey',
  'jwt',
  'credential',
  'credentials',
  'signature',
])

const KINDS_OF_KEY: ReadonlySet<string> = new Set(['api', 'access', 'private', 'secret', 'auth', 'x'])

/** A name that tells others, too, that what it holds is a secret. */
function secretName(name: string): string {
  const variable = variableName(name)
  return /SECRET|TOKEN|PASSW|KEY|COOKIE|AUTHORIZATION/.test(variable) ? variable : `${variable}_SECRET`
}
