/**
 * JSON from outside, read field by field: each reader gives the value or names the field that is wrong.
 */

import { messageOf, userError } from './errors.js'

/** What is wrong with a file, by the path of the field: `requests[2].windows is missing`. */
export class ShapeError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ShapeError'
  }
}

/** One value in a JSON text, knowing its path. */
export class Shape {
  readonly value: unknown
  readonly path: string

  constructor(value: unknown, path = '') {
    this.value = value
    this.path = path
  }

  /** The whole of a JSON text; a ShapeError when it isn't JSON, or was cut off. */
  static parse(text: string): Shape {
    try {
      return new Shape(JSON.parse(text))
    } catch (error) {
      if (text.trim() === '') throw new ShapeError('the file is empty')
      // Node says "Unexpected end of JSON input" or "Unterminated string": what went before was right.
      const message = messageOf(error)
      const position = /position (\d+)/.exec(message)?.[1] ?? Number.POSITIVE_INFINITY
      const isAtEnd = /end of JSON|Unterminated/.test(message) || isAtEndOf(text, Number(position), message)
      throw new ShapeError(isAtEnd ? 'the file is truncated' : 'not valid JSON')
    }
  }

  /** The field of that name; it may be missing. */
  get(name: string): Shape {
    const path = this.path === '' ? name : `${this.path}.${name}`
    const object = this.object()
    return new Shape(Object.hasOwn(object, name) ? object[name] : undefined, path)
  }

  /** Neither left out nor null. */
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

  /** A number of things: whole, 0 or more. */
  count(): number {
    return Number.isSafeInteger(this.value) && this.number() >= 0
      ? this.number()
      : this.fail('a whole number')
  }

  /** One of the words. */
  oneOf<T extends string>(words: readonly T[]): T {
    return words.includes(this.value as T) ? (this.value as T) : this.fail(`one of ${words.join(', ')}`)
  }

  /** What `read` makes of it, or `fallback` where there is nothing. */
  or<T, F>(read: (shape: Shape) => T, fallback: F): T | F {
    return this.exists ? read(this) : fallback
  }

  /** Throws: this field is not what was wanted. */
  fail(wanted: string): never {
    const name = this.path === '' ? 'the file' : this.path
    throw new ShapeError(this.exists ? `${name} is not ${wanted}` : `${name} is missing`)
  }
}

/** Runs a reader over a JSON text and turns what it finds wrong into a UserError about the file. */
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

/** Throws a ShapeError unless the file is of that schema; a later version is told apart from something else. */
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

/** Readers to hand on, as in `shape.get('name').or(text, null)`. */
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

/** Whether the parser went to the end of the text without a fault, and wanted more. */
function isAtEndOf(text: string, position: number, message: string): boolean {
  return /^Expected /.test(message) && position >= text.trimEnd().length
}
