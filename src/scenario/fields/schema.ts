/**
 * The building blocks of a file format: values, maps, records, lists. Each knows how to read a tree and how to
 * describe itself to an editor. All problems of a tree are reported together.
 */
import {
  isTreeMap,
  nameOf,
  type Report,
  Scalar,
  type Tree,
  type TreeMap,
  type TreeProblem,
} from '../yaml/tree.js'
import { inside } from './fields.js'
import { type KeyAdvice, unknownKey } from './keys.js'

/** The definition of a value. */
export interface Schema<T> {
  /** Reads a tree; undefined if there is none. After a reported problem, returns what could be read, or null. */
  read(tree: Tree | undefined, report: Report): T | null
  /** The JSON Schema; `nested` makes that of another definition within it. */
  describe(nested: (schema: Schema<unknown>) => object): object
  /** The same value, which may be absent. */
  optional(): Optional<T>
}

/** The definition of a value that may be absent. */
export interface Optional<T> extends Schema<T | undefined> {
  readonly isOptional: true
}

/** The fields of a map. */
type Shape = Readonly<Record<string, Schema<unknown>>>

/** The type of what a definition reads. */
export type Output<S> = S extends Schema<infer T> ? T : never

type OptionalKeys<S extends Shape> = {
  [K in keyof S]: S[K] extends Optional<unknown> ? K : never
}[keyof S]

type Both<T> = { [K in keyof T]: T[K] }

/** The type of what a map of these fields reads. */
type Values<S extends Shape> = Both<
  { [K in Exclude<keyof S, OptionalKeys<S>>]: Output<S[K]> } & { [K in OptionalKeys<S>]?: Output<S[K]> }
>

/** The type of what a map reads whose fields a function makes. */
export type FieldsOf<F extends (...args: never[]) => Shape> = Values<ReturnType<F>>

/** JSON Schema keywords, for editors. */
export type Meta = Readonly<Record<string, unknown>>

/** Reads a tree: its values, or all its problems. */
export function readBy<T>(
  schema: Schema<T>,
  tree: Tree,
): { readonly input: T } | { readonly problems: readonly TreeProblem[] } {
  const problems: TreeProblem[] = []
  const input = schema.read(tree, (problem) => problems.push(nameMissing(problem)))
  return problems.length > 0 ? { problems } : { input: input as T }
}

/** The JSON Schema (draft 7) of a definition. What contains itself is described once, beside the rest. */
export function jsonSchema(schema: Schema<unknown>): object {
  const names = new Map(findRecursive(schema).map((each, index) => [each, `__schema${index}`]))
  const describe = (each: Schema<unknown>): object =>
    names.has(each) ? { $ref: `#/definitions/${names.get(each)}` } : each.describe(describe)
  const definitions = Object.fromEntries([...names].map(([each, name]) => [name, each.describe(describe)]))
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...describe(schema),
    ...(names.size > 0 && { definitions }),
  }
}

/** The definitions that contain themselves. */
function findRecursive(schema: Schema<unknown>): Schema<unknown>[] {
  const found = new Set<Schema<unknown>>()
  const open = new Set<Schema<unknown>>()
  const visit = (each: Schema<unknown>): object => {
    if (open.has(each)) found.add(each)
    if (found.has(each)) return {}
    open.add(each)
    each.describe(visit)
    open.delete(each)
    return {}
  }
  visit(schema)
  return [...found]
}

function define<T>({ read, describe }: Pick<Schema<T>, 'read' | 'describe'>): Schema<T> {
  const schema: Schema<T> = {
    read,
    describe,
    optional: () => ({
      ...define<T | undefined>({
        read: (tree, report) => (tree === undefined ? undefined : read(tree, report)),
        describe: (nested) => nested(schema),
      }),
      isOptional: true,
    }),
  }
  return schema
}

/** A value that a reader reads. */
export function value<T>(read: (tree: Tree, report: Report) => T | null, meta: Meta): Schema<T> {
  return define({
    read(tree, report) {
      if (tree !== undefined) return read(tree, report)
      report({ message: MISSING, hint: String((meta.examples as unknown[] | undefined)?.[0] ?? '...') })
      return null
    },
    describe: () => forEditors(meta),
  })
}

interface MapOptions<T> extends KeyAdvice {
  readonly description: string
  /** A key with its value, for hints. */
  readonly sample: string
  /** The key that a bare value is short for. `isNeverMap`: a map is always the long form, whatever its keys. */
  readonly shorthand?: { readonly key: string; readonly meta: object; readonly isNeverMap?: boolean }
  /** Reports conflicts between keys. Also runs if single values are wrong. */
  check?(value: T, report: Report, hasUnknown: boolean): void
}

/** A map with known keys. */
export function map<S extends Shape>(shape: S, options: MapOptions<Values<S>>): Schema<Values<S>> {
  const { description, sample, shorthand } = options
  const fields = Object.entries(shape)
  const known = fields.map(([key]) => key)
  const readLong = (tree: TreeMap, report: Report) => {
    const entries: Record<string, unknown> = {}
    for (const [key, field] of fields) {
      const read = field.read(tree[key], inside(report, key))
      if (read !== undefined) entries[key] = read
    }
    const unknown = Object.keys(tree).filter((key) => !known.includes(key))
    for (const key of unknown) report({ ...unknownKey(key, known, options), path: [key], onKey: true })
    options.check?.(entries as Values<S>, report, unknown.length > 0)
    return entries as Values<S>
  }
  return define({
    read(tree, report) {
      const isLong =
        isTreeMap(tree) &&
        (shorthand === undefined || shorthand.isNeverMap || known.some((key) => key in tree))
      if (isLong) return readLong(tree, report)
      if (shorthand !== undefined) return readLong({ [shorthand.key]: tree } as TreeMap, report)
      return refuse(tree as Tree, 'a map', `write keys and values, such as ${sample}`, report)
    },
    describe(nested) {
      const required = fields.filter(([, field]) => !('isOptional' in field)).map(([key]) => key)
      const long = {
        type: 'object',
        properties: Object.fromEntries(fields.map(([key, field]) => [key, nested(field)])),
        ...(required.length > 0 && { required }),
        additionalProperties: false,
        description,
      }
      return shorthand === undefined ? long : { anyOf: [shorthand.meta, long] }
    },
  })
}

/** The keywords with examples and defaults last. */
function forEditors({ examples, default: preset, ...meta }: Meta): object {
  return {
    ...meta,
    ...(preset !== undefined && { default: preset }),
    ...(examples !== undefined && { examples }),
  }
}

/** A definition that may contain itself, created on first use. */
export function recursive<T>(make: () => Schema<T>): Schema<T> {
  return define({
    read: (tree, report) => make().read(tree, report),
    describe: (nested) => nested(make()),
  })
}

interface RecordOptions {
  readonly description: string
  readonly examples?: readonly unknown[]
  check?(tree: TreeMap, report: Report): void
}

/** A map whose keys the user chooses. */
export function record<T>(
  item: Schema<T>,
  { check, ...meta }: RecordOptions,
): Schema<Readonly<Record<string, T>>> {
  return define({
    read(tree, report) {
      if (!isTreeMap(tree)) return refuse(tree as Tree, 'a map', 'write names and values', report)
      const values = Object.fromEntries(
        Object.entries(tree).map(([key, each]) => [key, item.read(each, inside(report, key)) as T]),
      )
      check?.(tree, report)
      return values
    },
    describe: (nested) => ({ type: 'object', additionalProperties: nested(item), ...forEditors(meta) }),
  })
}

interface ListOptions {
  readonly description: string
  /** An entry, for hints. */
  readonly sample: string
  /** The problem of a value that is not a list. */
  explain?(tree: Tree): Pick<TreeProblem, 'message' | 'hint'>
  check?(report: Report): void
  /** Reports problems of the entries together, before they are read. */
  checkTree?(entries: readonly Tree[], report: Report): void
}

/** A list of at least one entry. */
export function list<T>(item: Schema<T>, options: ListOptions): Schema<readonly T[]> {
  const { description, sample, explain, check, checkTree } = options
  return define({
    read(tree, report) {
      if (Array.isArray(tree) && tree.length > 0) {
        const isRight = isUnreported(report, (noting) => checkTree?.(tree, noting))
        if (!isRight) return null
        const items = (tree as readonly Tree[]).map((each, index) => item.read(each, inside(report, index)))
        check?.(report)
        return items as T[]
      }
      if (tree === undefined) report({ message: MISSING, hint: `with an entry, such as ${sample}` })
      else if (Array.isArray(tree))
        report({ message: 'the list is empty', hint: `add an entry, such as ${sample}` })
      else if (explain !== undefined) report(explain(tree))
      else refuse(tree, 'a list', `write entries that start with a dash, such as ${sample}`, report)
      return null
    },
    describe: (nested) => ({ type: 'array', items: nested(item), description, minItems: 1 }),
  })
}

/** Whether an action reports nothing. */
function isUnreported(report: Report, act: (noting: Report) => void): boolean {
  let isReported = false
  act((problem) => {
    isReported = true
    report(problem)
  })
  return !isReported
}

/** A list as the short form, or a map as the long form. */
export function either<L, M>(short: Schema<L>, long: Schema<M>): Schema<L | M> {
  return define<L | M>({
    read: (tree, report) => readWhole<L | M>(isTreeMap(tree) ? long : short, tree, report),
    describe: (nested) => ({ anyOf: [nested(short), nested(long)] }),
  })
}

/** Reads a tree; null after any problem. */
function readWhole<T>(schema: Schema<T>, tree: Tree | undefined, report: Report): T | null {
  let read: T | null = null
  const isRight = isUnreported(report, (noting) => {
    read = schema.read(tree, noting)
  })
  return isRight ? read : null
}

/** An entry, or a list of entries; always read as a list. */
export function oneOrMore<T>(item: Schema<T>, options: ListOptions): Schema<readonly T[]> {
  const several = list(item, options)
  return define<readonly T[]>({
    read: (tree, report) =>
      Array.isArray(tree) ? readWhole(several, tree, report) : [readWhole(item, tree, report) as T],
    describe(nested) {
      const { anyOf, ...rest } = nested(item) as { readonly anyOf?: readonly object[] }
      const forms = anyOf !== undefined && Object.keys(rest).length === 0 ? anyOf : [nested(item)]
      return { anyOf: [...forms, nested(several)] }
    },
  })
}

/** The message of a missing required value until its key is known. */
const MISSING = 'missing'

function nameMissing(problem: TreeProblem): TreeProblem {
  if (problem.message !== MISSING) return problem
  const key = String(problem.path!.at(-1))
  return {
    path: problem.path!.slice(0, -1),
    missing: key,
    message: `${key} is missing`,
    hint: `add ${key}: ${problem.hint}`,
  }
}

function refuse(tree: Tree, expected: string, hint: string, report: Report): null {
  const isEmpty = tree instanceof Scalar && tree.value === null
  report({
    message: `expected ${expected}, got ${nameOf(tree)}`,
    hint: isEmpty ? `${hint}, or remove the key` : hint,
  })
  return null
}
