/**
 * `${NAME}`: values that an imported scenario takes from the environment, above all secrets, which are never copied.
 */
import { isSecretName } from '../base/secrets.js'
import { variableName } from './names.js'
import type { Notes } from './notes.js'

/** The variables that the scenario refers to. */
export class References {
  private readonly names = new Map<string, string>()
  private readonly taken = new Set<string>()
  private readonly preset = new Set<string>()

  /**
   * `${NAME}` for `key`, which identifies a variable, or a secret by its place. Equal keys share a name; different keys
   * never do.
   */
  take(hint: string, key: string): string {
    const known = this.names.get(key)
    if (known !== undefined) return `\${${known}}`
    const wanted = RESERVED.has(variableName(hint)) ? `API_${variableName(hint)}` : variableName(hint)
    let name = wanted
    for (let n = 2; this.taken.has(name); n++) name = `${wanted}_${n}`
    this.taken.add(name)
    this.names.set(key, name)
    return `\${${name}}`
  }

  /**
   * `${NAME}` for a secret in the file. Equal values under the same kind of name share a variable, whose name marks it
   * as secret so that perfctl never shows its value.
   */
  takeSecret(hint: string, value: string): string {
    const name = isSecretName(hint) ? hint : `${hint}_secret`
    return this.take(name, `secret ${variableName(name)} ${value}`)
  }

  /** `${NAME:-preset}`: a secret for which any value will do by default. */
  takePreset(name: string, preset: string): string {
    this.taken.add(name)
    this.preset.add(name)
    return `\${${name}:-${preset}}`
  }

  /** Adds notes with the variables that occur in the parts of a scenario. */
  note(notes: Notes, parts: unknown): void {
    const text = JSON.stringify(parts)
    const needed = [...this.taken].filter((name) => !this.preset.has(name) && text.includes(`\${${name}}`))
    if (needed.length > 0)
      notes.add(
        `set these variables before a run, in the environment or with -e NAME=value: ${needed.join(', ')}`,
      )
    if (this.preset.size > 0)
      notes.add(`these variables have made-up defaults: ${[...this.preset].join(', ')}`)
  }
}

/** Set to something else on most machines. */
const RESERVED: ReadonlySet<string> = new Set(
  'DISPLAY EDITOR HOME HOST HOSTNAME LANG LOGNAME MAIL PATH PORT PWD SHELL TERM TMPDIR TZ USER USERNAME'.split(
    ' ',
  ),
)
