/**
 * Names of requests, journeys and steps, in figures and thresholds. They are collected before the rest of a file is
 * read, because thresholds refer to them, and so they tolerate broken files.
 */
import { type Environment, fillIn } from '../template/environment.js'
import { normalizePlaceholders } from '../template/template.js'
import { isTreeMap, quoted, type Report, Scalar, type Tree, type TreeMap } from '../yaml/tree.js'
import { METHODS } from './request.js'

/** The names of steps, in order: a request's name, '' for a pause, and a list for nested steps. */
export type StepNames = readonly (string | StepNames)[]

/** The names of an entry of `requests`; '' if it can't be read. */
export interface EntryNames {
  readonly name: string
  /** Empty except for journeys. */
  readonly steps: StepNames
}

/** All names of a file. */
export interface Names {
  readonly entries: readonly EntryNames[]
  readonly before: StepNames
  readonly beforeEach: StepNames
  readonly after: StepNames
}

/** The names in a file. */
export function readNames(root: TreeMap, env: Environment): Names {
  const phase = (key: 'before' | 'beforeEach' | 'after') => stepNames(root[key], key, env)
  return {
    entries: Array.isArray(root.requests)
      ? (root.requests as Tree[]).map((entry) => entryNames(entry, env))
      : [],
    before: phase('before'),
    beforeEach: phase('beforeEach'),
    after: phase('after'),
  }
}

/** The names that thresholds may use: everything that has figures. */
export function measuredNames({ entries, beforeEach }: Names): string[] {
  return [...entries.flatMap((entry) => [entry.name, ...namesIn(entry.steps)]), ...namesIn(beforeEach)]
}

/** The names of steps and nested steps, as a flat list. */
function namesIn(steps: StepNames): string[] {
  return steps.flatMap((name) => (typeof name === 'string' ? (name === '' ? [] : [name]) : namesIn(name)))
}

/** Reports entries and steps with the same name, whose figures would be mixed. */
export function checkNames(names: Names, report: Report): void {
  const known = new Set<string>()
  names.entries.forEach(({ name }, index) => {
    if (name === '' || known.size < known.add(name).size) return
    const message = `two requests are named ${quoted(name)}`
    report({ path: [index, 'name'], message, hint: 'give each its own name: figures are kept by name' })
  })
  const phases = new Set(['before', 'beforeEach', 'after'])
  const steps = new Set(names.entries.flatMap((entry) => namesIn(entry.steps)))
  names.entries.forEach((entry, index) => {
    const isStep = steps.has(entry.name)
    if (!isStep && !(phases.has(entry.name) && entry.steps.length > 0)) return
    const message = `${quoted(entry.name)} is also the name of ${isStep ? 'a step' : 'a phase of the run'}`
    report({ path: [index, 'name'], message, hint: 'give it another name: figures are kept by name' })
  })
}

function entryNames(entry: Tree, env: Environment): EntryNames {
  if (!isTreeMap(entry)) return { name: '', steps: [] }
  const name = requestName(entry, env)
  return { name, steps: entry.steps === undefined ? [] : stepNames(entry.steps, name, env) }
}

/** Names such as `journey / step`; the second step of that name is `journey / step (2)`. */
function stepNames(tree: Tree | undefined, prefix: string, env: Environment): StepNames {
  const counts = new Map<string, number>()
  const namesOf = (steps: Tree | undefined): StepNames =>
    Array.isArray(steps)
      ? (steps as Tree[]).map((step) => {
          if (!isTreeMap(step)) return ''
          if (step.steps !== undefined) return namesOf(step.steps)
          const name = requestName(step, env)
          if (name === '') return ''
          const count = (counts.get(name) ?? 0) + 1
          counts.set(name, count)
          return `${prefix} / ${name}${count > 1 ? ` (${count})` : ''}`
        })
      : []
  return namesOf(tree)
}

function requestName(request: TreeMap, env: Environment): string {
  if (request.name instanceof Scalar) return (fillIn(request.name.text, env, () => {}) ?? '').trim()
  const method = METHODS.find((name) => request[name] instanceof Scalar)
  // The path as written: values from the environment may differ between runs, or be secrets.
  return method === undefined
    ? ''
    : `${method.toUpperCase()} ${normalizePlaceholders((request[method] as Scalar).text)}`
}
