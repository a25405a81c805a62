/**
 * Resolves Postman's `{{name}}` variables, whatever sets them.
 */
import { isSecretField } from '../../base/secrets.js'
import type { References } from '../env-references.js'
import { captureName } from '../names.js'
import type { Notes } from '../notes.js'
import type { Placeholder, Placeholders } from '../template-text.js'
import { field, listOf, textField, textOf, type UnknownMap } from '../untrusted-json.js'
import type { UploadFiles } from '../upload-files.js'
import { findDynamic } from './dynamic.js'

/** Variables may refer to variables. Deeper nesting is a cycle. */
const NESTING_MAX = 10
const VARIABLE = /\{\{([^{}]+)\}\}/g

/** Where a text is used. */
export interface Scope {
  /** Variables captured before, by Postman's name, with their names in the scenario. */
  readonly captured: ReadonlyMap<string, string>
  /** The values of variables from the folders above. */
  readonly local: ReadonlyMap<string, string>
  /** The request's name for notes. */
  readonly request: string
}

/** Shared by all requests of an import. */
export interface PostmanContext {
  readonly placeholders: Placeholders
  readonly notes: Notes
  readonly references: References
  readonly files: UploadFiles
  /** The feeders that the scenario needs, by name. */
  readonly data: Map<string, readonly (string | boolean)[]>
  readonly variables: Variables
}

/** Resolves variables. */
export class Variables {
  private readonly fixed: ReadonlyMap<string, string>
  private readonly shared: Omit<PostmanContext, 'variables'>
  /** The script that sets each variable, for the note on variables without another value. */
  private readonly setters = new Map<string, string>()
  private readonly captureNames = new Map<string, string>()

  constructor(fixed: ReadonlyMap<string, string>, shared: Omit<PostmanContext, 'variables'>) {
    this.fixed = fixed
    this.shared = shared
  }

  setBy(name: string, request: string): void {
    if (!this.setters.has(name)) this.setters.set(name, request)
  }

  captureAs(name: string): string {
    const known = this.captureNames.get(name)
    if (known !== undefined) return known
    const wanted = captureName(name)
    const taken = new Set(this.captureNames.values())
    let free = wanted
    const isList = (one: string) => 'list' in (findDynamic(`$${one}`) ?? {})
    for (let n = 2; taken.has(free) || isList(free); n++) free = `${wanted}_${n}`
    this.captureNames.set(name, free)
    return free
  }

  /** The text with constant variables replaced by their values and all others by placeholders. */
  fillIn(text: string, scope: Scope, depth = 0): string {
    const { placeholders } = this.shared
    let end = 0
    let filled = ''
    for (const match of text.matchAll(VARIABLE)) {
      filled += placeholders.literal(text.slice(end, match.index))
      filled += this.resolve(match[1]!.trim(), scope, depth)
      end = match.index + match[0].length
    }
    return filled + placeholders.literal(text.slice(end))
  }

  /** The variables that a value depends on, including nested lists and maps. */
  usedIn(value: unknown, local: ReadonlyMap<string, string>): Set<string> {
    const names = new Set<string>()
    const visit = (part: unknown): void => {
      if (typeof part === 'object' && part !== null) Object.values(part).forEach(visit)
      if (typeof part !== 'string') return
      for (const [, inner] of part.matchAll(VARIABLE)) {
        const name = inner!.trim()
        if (names.has(name)) continue
        names.add(name)
        visit(local.get(name) ?? this.fixed.get(name))
      }
    }
    visit(value)
    return names
  }

  private resolve(name: string, scope: Scope, depth: number): string {
    const { placeholders, notes, references } = this.shared
    if (name.startsWith('$')) return this.resolveDynamic(name, scope)
    const captured = scope.captured.get(name)
    if (captured !== undefined) return placeholders.add({ written: `{{ ${captured} }}`, type: 'any' })
    const value = scope.local.get(name) ?? this.fixed.get(name) ?? ''
    const setter = this.setters.get(name)
    if (value !== '' && !isSecretField(name) && depth < NESTING_MAX) {
      if (setter !== undefined)
        notes.add(
          `scripts change these variables; here they keep their saved value`,
          `${name} (by ${setter})`,
        )
      return this.fillIn(value, scope, depth + 1)
    }
    const reference = references.take(name.replace(/^vault:/, ''), `variable ${name}`)
    if (setter !== undefined)
      notes.add(
        'set these variables, which scripts set in Postman',
        `${reference.slice(2, -1)} (by ${setter})`,
      )
    return placeholders.add({ written: reference, type: 'text' })
  }

  private resolveDynamic(name: string, scope: Scope): string {
    const { placeholders, notes, data, references } = this.shared
    const dynamic = findDynamic(name)
    if (dynamic === null) {
      notes.add(`perfctl has no function for {{${name}}}; set the variable in the environment`, scope.request)
      return placeholders.add({ written: references.take(name, `variable ${name}`), type: 'text' })
    }
    if ('parts' in dynamic)
      return dynamic.parts.map((part) => (typeof part === 'string' ? part : placeholders.add(part))).join('')
    const feeder = name.slice(1)
    data.set(feeder, dynamic.list)
    const type: Placeholder['type'] = typeof dynamic.list[0] === 'boolean' ? 'boolean' : 'text'
    return placeholders.add({ written: `{{ ${feeder} }}`, type })
  }
}

/** The enabled variables of a collection or folder. */
export function readVariables(owner: UnknownMap): Map<string, string> {
  return readValues([...listOf(field(owner, 'variable')), ...listOf(field(owner, 'variables'))])
}

/** The variables of an environment. */
export function readEnvironment(environment: unknown): Map<string, string> {
  return readValues(listOf(field(environment, 'values')))
}

function readValues(entries: readonly unknown[]): Map<string, string> {
  const values = new Map<string, string>()
  for (const entry of entries) {
    const name = textField(entry, 'key') ?? textField(entry, 'id')
    if (name === null || field(entry, 'disabled') === true || field(entry, 'enabled') === false) continue
    // The value of a secret must not get into the file.
    const value = field(entry, 'type') === 'secret' ? null : textOf(field(entry, 'value'))
    values.set(name, value ?? '')
  }
  return values
}
