/**
 * The building blocks of a file format: values, maps, records, lists. Each knows how to read a tree and how to
 * describe itself to an editor. The only file that imports zod.
 *
 * zod walks the tree and collects all problems, so that they are reported together; the messages are ours.
 */
import * as z from 'zod'
import {
  isTreeMap,
  nameOf,
  type Report,
  Scalar,
  type Tree,
  type TreeMap,
  type TreeProblem,
} from '../yaml/tree.js'
import { type KeyAdvice, unknownKey } from './keys.js'

// A definition reads one file: compiling it to code costs more than it saves.
z.config({ jitless: true })

/** The type of what a definition reads. */
export type Output<T extends z.ZodType> = z.output<T>

/** The type of what a map reads whose fields a function makes. */
export type FieldsOf<F extends (...args: never[]) => z.ZodRawShape> = z.output<z.ZodObject<ReturnType<F>>>

/** A recursive definition, whose type can't be inferred. */
export type Schema<T> = z.ZodType<T>

/** JSON Schema keywords, for editors. */
export type Meta = Readonly<Record<string, unknown>>

/** Reads a tree: its values, or all its problems. */
export function readBy<T extends z.ZodType>(
  schema: T,
  tree: Tree,
): { readonly input: z.output<T> } | { readonly problems: readonly TreeProblem[] } {
  const outcome = schema.safeParse(tree)
  if (outcome.success) return { input: outcome.data }
  const problems = outcome.error.issues.map((issue) => {
    const { problem } = (issue as unknown as { params: { problem: TreeProblem } }).params
    return nameMissing({ ...problem, path: issue.path as (string | number)[] })
  })
  return { problems }
}

/** The JSON Schema (draft 7) of a definition. */
export function jsonSchema(schema: z.ZodType): object {
  return z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema: node }) => {
      const { shorthand, editors, propertyNames, ...long } = node as Record<string, unknown>
      for (const key of Object.keys(node)) delete (node as Record<string, unknown>)[key]
      const whole = { ...long, ...(editors as object | undefined) }
      Object.assign(node, shorthand === undefined ? whole : { anyOf: [shorthand, whole] })
    },
  })
}

/** A value that a reader reads. */
export function value<T>(read: (tree: Tree, report: Report) => T | null, meta: Meta) {
  return z
    .unknown()
    .transform((tree, ctx): T => {
      const report = reportTo(ctx.issues)
      // zod drops what a reader returns after a report.
      if (tree !== undefined) return read(tree as Tree, report) as T
      report({ message: MISSING, hint: String((meta.examples as unknown[] | undefined)?.[0] ?? '...') })
      return z.NEVER
    })
    .meta(forEditors(meta))
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
export function map<S extends z.ZodRawShape>(shape: S, options: MapOptions<z.output<z.ZodObject<S>>>) {
  const { description, sample, shorthand } = options
  const known = Object.keys(shape)
  const object = z
    .looseObject(shape)
    .superRefine(
      (entries, ctx) => {
        const report = reportTo(ctx.issues)
        const unknown = Object.keys(entries).filter((key) => !known.includes(key))
        for (const key of unknown) report({ ...unknownKey(key, known, options), path: [key], onKey: true })
        options.check?.(unreadAsNull(entries) as z.output<z.ZodObject<S>>, report, unknown.length > 0)
      },
      { when: () => true },
    )
    .meta({ description, additionalProperties: false, ...(shorthand && { shorthand: shorthand.meta }) })
  const checked = z.preprocess((tree, ctx) => {
    const isLong =
      isTreeMap(tree) && (shorthand === undefined || shorthand.isNeverMap || known.some((key) => key in tree))
    if (isLong) return tree
    if (shorthand !== undefined) return { [shorthand.key]: tree }
    return refuse(tree as Tree, 'a map', `write keys and values, such as ${sample}`, ctx.issues)
  }, object)
  return checked as unknown as z.ZodType<z.output<z.ZodObject<S>>>
}

/** Hides examples and defaults from zod, which drops them for values that it transforms. */
function forEditors({ examples, default: preset, ...meta }: Readonly<Record<string, unknown>>) {
  const editors = {
    ...(preset !== undefined && { default: preset }),
    ...(examples !== undefined && { examples }),
  }
  return { ...meta, editors }
}

/** The value with null for everything that could not be read, for checks of the rest. */
function unreadAsNull(value: unknown): unknown {
  if (value === z.NEVER) return null
  if (Array.isArray(value)) return value.map(unreadAsNull)
  if (!isTreeMap(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unreadAsNull(item)]))
}

/** A definition that may contain itself, created on first use. */
export function recursive<T>(make: () => Schema<T>): Schema<T> {
  return z.lazy(make)
}

interface RecordOptions {
  readonly description: string
  readonly examples?: readonly unknown[]
  check?(tree: TreeMap, report: Report): void
}

/** A map whose keys the user chooses. */
export function record<T extends z.ZodType>(item: T, { check, ...meta }: RecordOptions) {
  const values = z
    .record(z.string(), item)
    .superRefine((value, ctx) => check?.(value as TreeMap, reportTo(ctx.issues)), { when: () => true })
    .meta(forEditors(meta))
  const checked = z.preprocess(
    (tree, ctx) =>
      isTreeMap(tree) ? tree : refuse(tree as Tree, 'a map', 'write names and values', ctx.issues),
    values,
  )
  return checked as unknown as z.ZodType<Readonly<Record<string, z.output<T>>>>
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
export function list<T extends z.ZodType>(item: T, options: ListOptions) {
  const { description, sample, explain, check, checkTree } = options
  const items = z
    .array(item)
    .superRefine((_value, ctx) => check?.(reportTo(ctx.issues)), { when: () => true })
    .meta({ description, minItems: 1 })
  const checked = z.preprocess((tree, ctx) => {
    const report = reportTo(ctx.issues)
    if (Array.isArray(tree) && tree.length > 0) {
      checkTree?.(tree as Tree[], report)
      return tree
    }
    if (tree === undefined) report({ message: MISSING, hint: `with an entry, such as ${sample}` })
    else if (Array.isArray(tree))
      report({ message: 'the list is empty', hint: `add an entry, such as ${sample}` })
    else if (explain !== undefined) report(explain(tree as Tree))
    else
      return refuse(
        tree as Tree,
        'a list',
        `write entries that start with a dash, such as ${sample}`,
        ctx.issues,
      )
    return z.NEVER
  }, items)
  return checked as unknown as z.ZodType<readonly z.output<T>[]>
}

/** A list as the short form, or a map as the long form. */
export function either<L extends z.ZodType, M extends z.ZodType>(short: L, long: M) {
  return z
    .unknown()
    .transform((tree, ctx): z.output<L> | z.output<M> =>
      isTreeMap(tree) ? outputOf(long, tree, ctx.issues) : outputOf(short, tree, ctx.issues),
    )
    .meta(anyOf(() => [withoutVersion(short), withoutVersion(long)]))
}

/** Reads a tree with a schema. Problems go to `issues`; the result is then not used. */
function outputOf<T extends z.ZodType>(schema: T, tree: unknown, issues: z.core.$ZodRawIssue[]): z.output<T> {
  const outcome = schema.safeParse(tree)
  if (outcome.success) return outcome.data
  for (const { path, ...issue } of outcome.error.issues)
    issues.push({ ...issue, path: [...path], input: undefined } as z.core.$ZodRawIssue)
  return z.NEVER
}

/** The forms that a schema allows, for editors. */
function alternatives(schema: z.ZodType): object[] {
  const { anyOf, ...rest } = withoutVersion(schema) as { anyOf?: object[] }
  return anyOf !== undefined && Object.keys(rest).length === 0 ? anyOf : [withoutVersion(schema)]
}

/** What editors are told of several forms. Only made when asked for: reading a file doesn't need it. */
function anyOf(list: () => object[]): { readonly anyOf: object[] } {
  return {
    get anyOf() {
      return list()
    },
  }
}

/** A schema for editors, to be nested in another one. */
function withoutVersion(schema: z.ZodType): object {
  const { $schema, ...rest } = jsonSchema(schema) as { $schema?: string }
  return rest
}

/** An entry, or a list of entries; always read as a list. */
export function oneOrMore<T extends z.ZodType>(item: T, options: ListOptions) {
  const several = list(item, options)
  return z
    .unknown()
    .transform((tree, ctx): readonly z.output<T>[] => {
      if (Array.isArray(tree)) return outputOf(several, tree, ctx.issues)
      return [outputOf(item, tree, ctx.issues)]
    })
    .meta(anyOf(() => [...alternatives(item), withoutVersion(several)]))
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

function refuse(tree: Tree, expected: string, hint: string, issues: z.core.$ZodRawIssue[]): never {
  const isEmpty = tree instanceof Scalar && tree.value === null
  reportTo(issues)({
    message: `expected ${expected}, got ${nameOf(tree)}`,
    hint: isEmpty ? `${hint}, or remove the key` : hint,
  })
  return z.NEVER
}

/** Hands problems to zod, which adds their path. */
function reportTo(issues: z.core.$ZodRawIssue[]): Report {
  return (problem) => {
    issues.push({
      code: 'custom',
      input: undefined,
      message: problem.message,
      path: [...(problem.path ?? [])],
      params: { problem },
    })
  }
}
