/**
 * Makes values that fit a schema, from the document's examples where it has any. Texts contain placeholders.
 */

import { parseExact } from '../../base/exact-json.js'
import type { References } from '../env-references.js'
import type { Notes } from '../notes.js'
import type { Placeholder, Placeholders } from '../template-text.js'
import { field, isMap, listOf, mapOf, type UnknownMap } from '../untrusted-json.js'
import type { UploadFiles } from '../upload-files.js'
import { type Lengths, sampleOf } from './pattern.js'
import type { Refs } from './refs.js'
import { boundsOf, flatten, typeOf } from './schema.js'

/** The value of a schema that is circular or unresolved. */
export const NOTHING = Symbol('nothing')

/** A body with more values is too large for a sample. */
const VALUES_MAX = 2000
const DEPTH_MAX = 12
/** If a schema doesn't say what is required, all its properties are sent, down to this depth. */
const WHOLE_DEPTH_MAX = 2

/** Shared by all operations of a document. */
export interface OpenapiContext {
  readonly placeholders: Placeholders
  readonly notes: Notes
  readonly refs: Refs
  readonly references: References
  readonly files: UploadFiles
}

/** Makes the samples of one request. */
export class Sampler {
  private readonly context: OpenapiContext
  /** The operation's name for notes. */
  private readonly operation: string
  private valueCount = 0

  constructor(context: OpenapiContext, operation: string) {
    this.context = context
    this.operation = operation
  }

  /** A value for a schema. `name`: of the property or parameter, used as text if there is no example. */
  sample(schema: unknown, name: string, above: readonly string[] = [], depth = 0): unknown {
    if (schema === false || ++this.valueCount > VALUES_MAX || depth > DEPTH_MAX) return NOTHING
    const flat = flatten(schema, this.context.refs, above)
    if (flat === null) return NOTHING
    const given = documented(flat.schema)
    if (given !== undefined) return this.literal(given)
    const way = [...above, ...flat.refs]
    switch (typeOf(flat.schema)) {
      case 'object': {
        const object = this.sampleObject(flat.schema, way, depth)
        for (const [key, value] of flat.discriminated) {
          const isFixed = documented(
            mapOf(this.context.refs.resolve(field(flat.schema['properties'], key)).value),
          )
          if (isFixed === undefined) object[key] = this.context.placeholders.literal(value)
        }
        return object
      }
      case 'array':
        return this.sampleList(flat.schema, name, way, depth)
      case 'integer':
      case 'number':
        return this.sampleNumber(flat.schema)
      case 'boolean':
        return true
      case 'null':
        return null
      default:
        return this.sampleText(flat.schema, name)
    }
  }

  /** A value from the document, without templates in its texts. */
  literal(value: unknown): unknown {
    if (typeof value === 'string') return this.context.placeholders.literal(value)
    if (Array.isArray(value)) return value.map((item) => this.literal(item))
    if (!isMap(value)) return value
    const entries = Object.entries(value).filter(([key]) => key !== '__proto__')
    return Object.fromEntries(entries.map(([key, item]) => [key, this.literal(item)]))
  }

  private sampleObject(schema: UnknownMap, above: readonly string[], depth: number): Record<string, unknown> {
    const { refs } = this.context
    const properties = Object.entries(mapOf(schema['properties'])).filter(
      ([name, property]) => name !== '__proto__' && refs.resolve(property).value['readOnly'] !== true,
    )
    const required = new Set(listOf(schema['required']))
    const wanted = properties.filter(([name, property]) => {
      return required.has(name) || documented(refs.resolve(property).value) !== undefined
    })
    const isOpen = !properties.some(([name]) => required.has(name)) && depth <= WHOLE_DEPTH_MAX
    const object: Record<string, unknown> = {}
    const add = (entries: typeof properties): void => {
      for (const [name, property] of entries) {
        const value = Object.hasOwn(object, name) ? NOTHING : this.sample(property, name, above, depth + 1)
        if (value !== NOTHING) object[name] = value
      }
    }
    add(isOpen ? properties : wanted)
    // Properties may be required but not described.
    const further = schema['additionalProperties']
    const described = new Set(Object.keys(mapOf(schema['properties'])))
    add(
      [...required]
        .filter(
          (name): name is string => typeof name === 'string' && !described.has(name) && name !== '__proto__',
        )
        .map((name) => [name, isMap(further) ? further : {}]),
    )
    const min = Number(schema['minProperties'] ?? 0)
    if (Object.keys(object).length < min) add(properties)
    if (Object.keys(object).length < min && further !== false) add([['key', isMap(further) ? further : {}]])
    return object
  }

  private sampleList(schema: UnknownMap, name: string, above: readonly string[], depth: number): unknown[] {
    const count = Math.max(1, Math.min(20, Number(schema['minItems'] ?? 1) || 1))
    const items = Array.from({ length: schema['maxItems'] === 0 ? 0 : count }, () =>
      this.sample(
        schema['items'] ?? listOf(schema['prefixItems'])[0] ?? {},
        singular(name),
        above,
        depth + 1,
      ),
    )
    const listed = items.filter((item) => item !== NOTHING)
    if (schema['uniqueItems'] !== true || listed.length < 2) return listed
    const choices = listOf(this.context.refs.resolve(schema['items']).value['enum'])
    return listed.map((item, index) => {
      if (choices.length > index) return this.literal(choices[index])
      return typeof item === 'string' && index > 0 ? `${item}${index + 1}` : item
    })
  }

  private sampleNumber(schema: UnknownMap): unknown {
    const [from, to] = boundsOf(schema)
    const step = schema['multipleOf']
    if (typeof step === 'number' && step > 1) return Math.ceil(from / step) * step
    if (from <= to) return this.placeholder(`{{ randomInt(${from}, ${to}) }}`, 'number')
    // No whole number lies between the bounds.
    const [min, max] = [
      schema['minimum'] ?? schema['exclusiveMinimum'],
      schema['maximum'] ?? schema['exclusiveMaximum'],
    ]
    return (Number(min ?? 0) + Number(max ?? 1)) / 2
  }

  private sampleText(schema: UnknownMap, name: string): string {
    const { pattern, format } = schema
    if (format === 'password' || /passw(or)?d$/i.test(name)) return this.samplePassword(schema)
    const formatted = typeof format === 'string' ? this.sampleFormat(format) : null
    if (formatted !== null) return formatted
    if (typeof pattern === 'string') {
      const text = sampleOf(pattern, lengthsOf(schema))
      if (text !== null) return this.context.placeholders.literal(text)
      this.context.notes.add(
        'made-up values that must match a pattern; check them',
        `${name} of ${this.operation}`,
      )
    }
    if (/e-?mail/i.test(name)) return this.sampleFormat('email')!
    return this.context.placeholders.literal(sized(name, schema))
  }

  private samplePassword(schema: UnknownMap): string {
    const { pattern } = schema
    const fitting = typeof pattern === 'string' ? sampleOf(pattern, lengthsOf(schema)) : null
    // These characters would end the variable's default.
    const preset = fitting === null || /[{}$\\]/.test(fitting) ? sized('Pa55-word', schema) : fitting
    return this.placeholder(this.context.references.takePreset('PASSWORD', preset), 'text')
  }

  private sampleFormat(format: string): string | null {
    const number = (to: number) => this.placeholder(`{{ randomInt(1, ${to}) }}`, 'number')
    switch (format.toLowerCase()) {
      case 'uuid':
      case 'guid':
        return this.placeholder('{{ uuid() }}', 'text')
      case 'date':
        return this.placeholder("{{ date('+1d..+30d') }}", 'text')
      case 'date-time':
      case 'datetime':
        return `${this.placeholder("{{ date('+1d..+30d') }}", 'text')}T12:00:00Z`
      case 'time':
        return '12:00:00Z'
      case 'duration':
        return 'P1D'
      case 'email':
      case 'idn-email':
        return `user${number(1_000_000)}@example.com`
      case 'uri':
      case 'url':
      case 'iri':
        return `https://example.com/${number(1000)}`
      case 'uri-reference':
        return '/example'
      case 'hostname':
        return 'example.com'
      case 'ipv4':
      case 'ip':
        return `192.0.2.${number(254)}`
      case 'ipv6':
        return '2001:db8::1'
      case 'byte':
        return 'dGV4dA=='
      case 'json-pointer':
        return '/example'
      case 'relative-json-pointer':
        return '0'
      case 'uri-template':
        return 'https://example.com/'
      case 'idn-hostname':
        return 'example.com'
      default:
        return null
    }
  }

  private placeholder(written: string, type: Placeholder['type']): string {
    return this.context.placeholders.add({ written, type })
  }
}

/** The value that the document itself gives; undefined if it gives none. */
export function documented(schema: UnknownMap): unknown {
  const type = typeOf(schema)
  const choices = listOf(schema['enum'])
  const values = [
    field(schema, 'example'),
    field(schema, 'x-example'),
    listOf(schema['examples'])[0],
    field(schema, 'const'),
    field(schema, 'default'),
    choices.find((choice) => choice !== null) ?? choices[0],
  ]
  for (const value of values) {
    const fitted = value === undefined ? undefined : inType(value, type)
    if (fitted !== undefined) return fitted
  }
  return undefined
}

/** The value in its declared type. Documents have `example: "5"` for numbers, and objects as JSON texts. */
function inType(value: unknown, type: string | null): unknown {
  if (type === 'string') return typeof value === 'object' ? undefined : String(value)
  if (typeof value !== 'string' || type === null) {
    const isFit =
      type === null || type === kindOf(value) || (type === 'number' && kindOf(value) === 'integer')
    return value === null ? undefined : isFit ? value : undefined
  }
  try {
    const parsed = parseExact(value)
    return kindOf(parsed) === type || (type === 'number' && kindOf(parsed) === 'integer') ? parsed : undefined
  } catch {
    return undefined
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) || typeof value === 'bigint' ? 'integer' : typeof value
}

function singular(name: string): string {
  return name.length > 3 && /[^s]s$/.test(name) ? name.slice(0, -1) : name
}

function lengthsOf(schema: UnknownMap): Lengths {
  const max = Number(schema['maxLength'] ?? Number.POSITIVE_INFINITY)
  return {
    min: Math.min(Number(schema['minLength'] ?? 0) || 0, 1000),
    max: max >= 0 ? max : Number.POSITIVE_INFINITY,
  }
}

/** The text, padded or cut to an allowed length. */
function sized(text: string, schema: UnknownMap): string {
  const { min, max } = lengthsOf(schema)
  return text.padEnd(min, 'x').slice(0, max)
}
