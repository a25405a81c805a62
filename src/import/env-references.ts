/**
 * `${NAME}`: what an imported scenario leaves to the environment. Secrets of the file, above all: they are never
 * copied.
 */
import { isSecretName } from '../base/secrets.js'
import { variableName } from './names.js'
import type { Notes } from './notes.js'

/** The variables that the scenario will refer to. */
export class References {
  private readonly names = new Map<string, string>()
  private readonly taken = new Set<string>()
  private readonly preset = new Set<string>()

  /**
   * `${NAME}` for whatever `key` tells apart: the name of a variable, or a secret with the name of its place. The
   * same key gives the same name, another one never does.
   */
  take(hint: string, key: string): string {
    const known = this.names.get(key)
    if (known !== undefined) return `\${${known}}`
    const wanted = OCCUPIED.has(variableName(hint)) ? `API_${variableName(hint)}` : variableName(hint)
    let name = wanted
    for (let n = 2; this.taken.has(name); n++) name = `${wanted}_${n}`
    this.taken.add(name)
    this.names.set(key, name)
    return `\${${name}}`
  }

  /**
   * `${NAME}` for a secret that stands in the file: the same value under the same kind of name is one variable. Its
   * name says what it is, so that perfctl never shows its value.
   */
  takeSecret(hint: string, value: string): string {
    const name = isSecretName(hint) ? hint : `${hint}_secret`
    return this.take(name, `secret ${variableName(name)} ${value}`)
  }

  /** `${NAME:-preset}`: a secret that any value will do for, until somebody sets it. */
  takePreset(name: string, preset: string): string {
    this.taken.add(name)
    this.preset.add(name)
    return `\${${name}:-${preset}}`
  }

  /** Notes which variables the parts of a scenario need: those that stand in them. */
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

/** Set on most machines, to something else. */
const OCCUPIED: ReadonlySet<string> = new Set(
  'DISPLAY EDITOR HOME HOST HOSTNAME LANG LOGNAME MAIL PATH PORT PWD SHELL TERM TMPDIR TZ USER USERNAME'.split(
    ' ',
  ),
)
