/**
 * Readers of single values: from a YAML value to text, templates and statuses, each with its JSON Schema for editors.
 * A reader reports each problem and then returns null.
 */
import { isNumber } from '../../base/decimal.js'
import type { FileReader } from '../data/files.js'
import type { Uploads } from '../data/uploads.js'
import type { Expect } from '../model/expect.js'
import type { JsonTemplate, Template } from '../model/template.js'
import { type Environment, fillIn, hasReference, maskValues } from '../template/environment.js'
import type { Shapes } from '../template/parsed.js'
import { parseTemplate } from '../template/template.js'
import { floatProblem } from '../yaml/number-problem.js'
import { isTreeMap, nameOf, quoted, type Report, Scalar, type Tree } from '../yaml/tree.js'

/** What values may refer to. */
export interface Context {
  readonly env: Environment
  /** Reads the files that the scenario names; absent if it can't name any. */
  readonly files?: FileReader
  /** The files that requests send; absent if none can be read. */
  readonly uploads?: Uploads
  /** The names under `data` with the shape of their values. */
  readonly shapes: Shapes
  /** The names of values captured anywhere in the file. */
  readonly variables: readonly string[]
  /** The names of requests, journeys and steps, by which figures are kept. */
  readonly requests: readonly string[]
}

/** Reads a value. Returns null after it has reported a problem. */
export type Reader<T> = (tree: Tree, context: Context, report: Report) => T | null

/** The pattern of text that contains `${...}`, which is allowed for any value. */
export const VARIABLE = '\\$\\{'

/** The JSON Schema of text. Numbers and booleans are taken as written. */
export const TEXT = { type: ['string', 'number', 'boolean'] }

/** Text with `${...}` filled in. Numbers and booleans are taken as written. */
export const readText: Reader<string> = (tree, context, report) => {
  const scalar = readScalar(tree, 'text', report)
  return scalar === null ? null : fillIn(scalar.text, context.env, report)
}

/** Fixed text: not empty, on one line, without templates. */
export const readLabel: Reader<string> = (tree, context, report) => {
  const text = readText(tree, context, report)
  if (text === null) return null
  if (text.trim() === '') return wrong(report, 'the value is empty', 'write a value, or remove the key')
  if (/[\x00-\x1f\x7f]/.test(text))
    return wrong(report, 'the value must be on one line', 'remove the line break')
  if (text.includes('{{')) return wrong(report, 'templates are not supported here', 'write a fixed value')
  return text.trim()
}

/** A scenario's name, which is also the name of its baseline file. */
export const readName: Reader<string> = (tree, context, report) => {
  const name = readLabel(tree, context, report)
  if (name === null || (/^[^./\\:*?"<>|][^/\\:*?"<>|]*$/.test(name) && name.length <= 100)) return name
  const hint = 'use up to 100 letters, digits, spaces, - and _: it is also a file name'
  return wrong(report, `${nameOf(tree)} is not a valid scenario name`, hint)
}

/** `true` or `false`. */
export const readFlag: Reader<boolean> = (tree, _context, report) =>
  tree instanceof Scalar && typeof tree.value === 'boolean'
    ? tree.value
    : wrong(report, `expected true or false, got ${nameOf(tree)}`, 'write true or false')

/** The JSON Schema of one of a few words. */
export function choice(...words: readonly string[]): Readonly<Record<string, unknown>> {
  return { anyOf: [{ enum: words }, { type: 'string', pattern: VARIABLE }] }
}

/** One of a few words. */
export function choiceReader<const T extends string>(...words: readonly T[]): Reader<T> {
  return (tree, context, report) => {
    const text = readText(tree, context, report)
    const word = words.find((candidate) => candidate === text)
    if (text === null || word !== undefined) return word ?? null
    const all = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
    return wrong(report, `unknown value ${nameOf(tree)}`, `write ${all}`)
  }
}

/** Text that may contain `{{ ... }}`. */
export const readTemplate: Reader<Template> = (tree, context, report) => {
  const scalar = readScalar(tree, 'text', report)
  return scalar === null ? null : templateOf(scalar, context, report)
}

/** A number, boolean or null. Reports a number that a float can't hold. */
export const readFloat: Reader<number | boolean | null> = (tree, _context, report) => {
  const { value, text } = tree as Scalar & { readonly value: number | boolean | null }
  const problem = typeof value === 'number' ? floatProblem(value, text) : null
  return problem === null ? value : wrong(report, problem.message, problem.hint)
}

/** The path of a local file, without templates. */
export const readFilePath: Reader<string> = (tree, context, report) => {
  const path = readLabel(tree, context, report)
  return path?.includes('://')
    ? wrong(report, 'expected a local file, got a URL', 'download it, and write its path')
    : path
}

/** Any YAML value as JSON, in which text may contain placeholders. */
export const readJson: Reader<JsonTemplate> = (tree, context, report) => {
  if (tree instanceof Scalar) {
    if (typeof tree.value === 'number') return asWritten(tree.value, tree.text)
    if (typeof tree.value !== 'string') return readFloat(tree, context, report)
    const template = templateOf(tree, { ...context, keepsType: true }, report)
    return template === null ? null : { $: template }
  }
  if (isTreeMap(tree)) {
    const entries = Object.entries(tree).map(([key, value]) => [
      key,
      readJson(value, context, inside(report, key)),
    ])
    return { object: Object.fromEntries(entries) }
  }
  return tree.map((item, index) => readJson(item, context, inside(report, index)))
}

/** A JSON number, as written if a float would change it. YAML also allows a plus sign and 0x10, which JSON doesn't. */
function asWritten(value: number, text: string): number | { readonly digits: string } {
  const digits = text.replace(/^\+/, '')
  return isNumber(digits) && digits !== String(value) ? { digits } : value
}

/** The JSON Schema of `201`, `2xx` or `200..299`. */
export const STATUS_VALUE = {
  anyOf: [
    { type: 'integer', minimum: 100, maximum: 599 },
    { type: 'string', pattern: `^[1-5]([xX]{2}|\\d\\d(\\s*\\.\\.\\s*[1-5]\\d\\d)?)$|${VARIABLE}` },
  ],
}

/** The JSON Schema of a status, or a list of them. */
export const STATUS = {
  anyOf: [...STATUS_VALUE.anyOf, { type: 'array', minItems: 1, items: STATUS_VALUE }],
  examples: [201, '2xx', [200, 404]],
}

/** `200`, `2xx`, `200..299` or a list of these, as ranges. */
export const readStatus: Reader<Expect['status']> = (tree, context, report) => {
  const items = itemsOf(tree, 'a status or a list of statuses', STATUS_HINT, report)
  const ranges = items?.map(([item, reportHere]) => {
    const text = readText(item, context, reportHere)
    if (text === null) return null
    return parseStatus(text) ?? wrong(reportHere, `${quoted(text)} is not an HTTP status`, STATUS_HINT)
  })
  return ranges?.every((range) => range !== null) ? ranges : null
}

/** A value or the entries of a list, each with how to report its problems; null after a reported problem. */
export function itemsOf(
  tree: Tree,
  expected: string,
  hint: string,
  report: Report,
): (readonly [Tree, Report])[] | null {
  if (tree instanceof Scalar) return [[tree, report]]
  if (Array.isArray(tree) && tree.length > 0)
    return tree.map((item: Tree, index) => [item, inside(report, index)])
  const found = Array.isArray(tree) ? 'an empty list' : nameOf(tree)
  return wrong(report, `expected ${expected}, got ${found}`, hint)
}

/**
 * Reads a value without leaking the environment into a message: if the value contains `${...}` and is wrong, it is
 * read again with every variable masked, and that problem is reported.
 */
export function readWithoutSecrets<T>(
  read: Reader<T>,
  tree: Tree,
  context: Context,
  report: Report,
): T | null {
  if (!(tree instanceof Scalar) || !hasReference(tree.text)) return read(tree, context, report)
  let isWrong = false
  const value = read(tree, context, () => {
    isWrong = true
  })
  if (!isWrong) return value
  let isReported = false
  read(tree, { ...context, env: maskValues(context.env) }, (problem) => {
    isReported = true
    report(problem)
  })
  return isReported
    ? null
    : wrong(report, 'the value from the environment is not allowed here', 'check the value of the variable')
}

/** Reports a problem with the value itself and returns null, so that a reader can end with it. */
export function wrong(report: Report, message: string, hint: string | null): null {
  report({ message, hint })
  return null
}

const STATUS_HINT = 'write 201, 2xx, 200..299 or a list such as [200, 404]'

/** The range of `2xx`, `201` or `200..299`, both ends included; null for anything else. */
export function parseStatus(text: string): readonly [number, number] | null {
  const family = /^([1-5])xx$/i.exec(text)
  if (family !== null) return [Number(family[1]) * 100, Number(family[1]) * 100 + 99]
  const match = /^([1-5]\d\d)(?:\s*\.\.\s*([1-5]\d\d))?$/.exec(text)
  if (match === null) return null
  const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])]
  return to < from ? null : [from, to]
}

/** A single value that is not null; `expected` names what it should be. */
export function readScalar(
  tree: Tree,
  expected: string,
  report: Report,
): (Scalar & { value: string | number | boolean }) | null {
  if (!(tree instanceof Scalar))
    return wrong(report, `expected ${expected}, got ${nameOf(tree)}`, 'write a single value')
  if (tree.value === null) return wrong(report, 'the value is missing', 'add a value, or remove it')
  return tree as Scalar & { value: string | number | boolean }
}

function templateOf(
  scalar: Scalar,
  context: Context & { readonly keepsType?: boolean },
  report: Report,
): Template | null {
  return parseTemplate(scalar.text, context, report)
}

/** Reports problems under a key of the value. */
export function inside(report: Report, key: string | number): Report {
  return (problem) => report({ ...problem, path: [key, ...(problem.path ?? [])] })
}
