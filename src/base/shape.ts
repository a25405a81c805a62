/**
 * Reads untrusted JSON field by field. Each reader returns the value or throws an error that names the field.
 */

import { messageOf, userError } from './errors.js'

/** What is wrong with a file, with the field's path: `requests[2].windows is missing`. */
export class ShapeError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ShapeError'
  }
}

/** A value in a JSON text, with its path. */
export class Shape {
  readonly value: unknown
  readonly path: string

  constructor(value: unknown, path = '') {
    this.value = value
    this.path = path
  }

  /** Parses JSON. Throws a ShapeError if it's invalid or truncated. */
  static parse(text: string): Shape {
    try {
      return new Shape(JSON.parse(text))
    } catch (error) {
      if (text.trim() === '') throw new ShapeError('the file is empty')
      // Node reports "Unexpected end of JSON input" or "Unterminated string" if the text is valid up to its end.
      const message = messageOf(error)
      const position = /position (\d+)/.exec(message)?.[1] ?? Number.POSITIVE_INFINITY
      const isAtEnd = /end of JSON|Unterminated/.test(message) || isAtEndOf(text, Number(position), message)
      throw new ShapeError(isAtEnd ? 'the file is truncated' : 'not valid JSON')
    }
  }

  /** The field of that name, which may be missing. */
  get(name: string): Shape {
    const path = this.path === '' ? name : `${this.path}.${name}`
    const object = this.object()
    return new Shape(Object.hasOwn(object, name) ? object[name] : undefined, path)
  }

  /** Neither missing nor null. */
  get exists(): boolean {
    return this.value !== undefined && this.value !== null
  }

  object(): Readonly<Record<string, unknown>> {
    if (typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value)) {
      return this.value as Record<string, unknown>
    }
    return this.fail('an object')
  }

  list(): readonly Shape[] {
    if (!Array.isArray(this.value)) return this.fail('a list')
    return this.value.map((item, index) => new Shape(item, `${this.path}[${index}]`))
  }

  text(): string {
    return typeof this.value === 'string' ? this.value : this.fail('a string')
  }

  flag(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.fail('true or false')
  }

  number(): number {
    return typeof this.value === 'number' && Number.isFinite(this.value) ? this.value : this.fail('a number')
  }

  /** A whole number, 0 or more. */
  count(): number {
    return Number.isSafeInteger(this.value) && this.number() >= 0
      ? this.number()
      : this.fail('a whole number')
  }

  oneOf<T extends string>(words: readonly T[]): T {
    return words.includes(this.value as T) ? (this.value as T) : this.fail(`one of ${words.join(', ')}`)
  }

  /** The result of `read`, or `fallback` if the value is missing. */
  or<T, F>(read: (shape: Shape) => T, fallback: F): T | F {
    return this.exists ? read(this) : fallback
  }

  /** Throws an error that this field is not `wanted`. */
  fail(wanted: string): never {
    const name = this.path === '' ? 'the file' : this.path
    throw new ShapeError(this.exists ? `${name} is not ${wanted}` : `${name} is missing`)
  }
}

/** Reads a JSON text with `read`. Turns a ShapeError into a UserError about the file. */
export function readFileShape<T>(
  text: string,
  file: string,
  hint: string | null,
  read: (root: Shape) => T,
): T {
  try {
    return read(Shape.parse(text))
  } catch (error) {
    if (error instanceof ShapeError) throw userError(`${file}: ${error.message}`, hint)
    throw error
  }
}

/** Throws a ShapeError unless the file has that schema. A newer version has its own message. */
export function checkSchema(root: Shape, wanted: string): void {
  const schema = root.get('schema').text()
  if (schema === wanted) return
  const [family, version] = wanted.split('@') as [string, string]
  const later = schema.startsWith(`${family}@`) && Number(schema.slice(family.length + 1)) > Number(version)
  throw new ShapeError(
    later
      ? `its schema is ${schema}, from a newer perfctl; this version reads ${wanted}`
      : `its schema is "${schema}", not ${wanted}`,
  )
}

/** Readers to pass on, as in `shape.get('name').or(text, null)`. */
export function text(shape: Shape): string {
  return shape.text()
}

/** See {@link text}. */
export function number(shape: Shape): number {
  return shape.number()
}

/** See {@link text}. */
export function count(shape: Shape): number {
  return shape.count()
}

/** See {@link text}. */
export function flag(shape: Shape): boolean {
  return shape.flag()
}

/** See {@link text}. */
export function list<T>(read: (shape: Shape) => T): (shape: Shape) => T[] {
  return (shape) => shape.list().map(read)
}

/** Whether the parser found no problem before the end of the text. */
function isAtEndOf(text: string, position: number, message: string): boolean {
  return /^Expected /.test(message) && position >= text.trimEnd().length
}
