/**
 * Requests as a tree of path segments, in which all values in one place (ids, dates, …) share a branch. Its size is
 * bounded: requests that would exceed it are only counted.
 */
import { safeDecode } from '../address.js'
import { Sample } from '../sample.js'
import { kindOf, type ValueKind } from '../segments.js'

/** A logged request. */
export interface Hit {
  readonly method: string
  readonly path: string
  readonly status: number
}

/** A node of the tree: what follows a path prefix. */
export interface Branch<T> {
  count: number
  /** By segment, as on the request line. */
  readonly words: Map<string, Branch<T>>
  readonly values: Map<ValueKind, ValueBranch<T>>
  /** Requests for exactly this path, by method and parameter names. */
  readonly ends: Map<string, End<T>>
  readonly parameters: Map<string, Sample>
}

/** A branch for all values in one place. */
export interface ValueBranch<T> extends Branch<T> {
  readonly sample: Sample
}

/** Requests with the same method, path and set of parameters. */
export interface End<T> {
  readonly method: string
  readonly parameters: readonly string[]
  count: number
  readonly statuses: Map<number, number>
  /** Belongs to the first of them. */
  readonly payload: T
}

/** The most branches and ends in total. */
const SIZE_MAX = 20_000

/** More distinct segments in one place are values, not words. */
const WORDS_MAX = 200

const PARAMETERS_MAX = 20

/** Deeper paths come from scanners. */
const DEPTH_MAX = 100

/** Tracking parameters. */
const CAMPAIGN = /^(utm_\w+|fbclid|gclid|dclid|msclkid|yclid|mc_[ce]id|_ga|_gl|igshid)$/

/** The requests of a log or a recording. */
export class Traffic<T> {
  readonly root: Branch<T> = makeBranch()
  count = 0
  /** Number of those that no longer fit in the tree. */
  strays = 0
  private size = 0

  /** Adds a request. `payload` is called only for the first of its kind. */
  add(hit: Hit, payload: () => T): void {
    this.count++
    const [path, query] = splitQuery(hit.path)
    const branch = this.branchFor(path, hit.status >= 400)
    if (branch === null || !this.addEnd(branch, hit, query, payload)) this.strays++
  }

  private branchFor(path: string, isFailed: boolean): Branch<T> | null {
    let branch = this.root
    branch.count++
    const words = path.slice(1).split('/')
    if (words.length > DEPTH_MAX) return null
    for (const word of words) {
      const value = safeDecode(word)
      const kind = kindOf(value)
      const known = kind === null ? branch.words.get(word) : undefined
      const next = known ?? this.valueBranch(branch, kind, value) ?? this.wordBranch(branch, word, isFailed)
      if (next === null) return null
      next.count++
      branch = next
    }
    return branch
  }

  /** The branch for values of the kind, or for names where there are too many to be words. */
  private valueBranch(branch: Branch<T>, kind: ValueKind | null, value: string): Branch<T> | null {
    const existing = branch.values.get(kind ?? 'slug')
    if (existing === undefined && (kind === null || !this.hasRoom())) return null
    const found = existing ?? { ...makeBranch<T>(), sample: new Sample() }
    if (existing === undefined) branch.values.set(kind!, found)
    found.sample.add(value)
    return found
  }

  private wordBranch(branch: Branch<T>, word: string, isFailed: boolean): Branch<T> | null {
    if (branch.words.size >= WORDS_MAX) {
      // Scanners that try random paths don't create branches.
      if (isFailed) return null
      foldWords(branch)
      return this.valueBranch(branch, null, safeDecode(word))
    }
    if (!this.hasRoom()) return null
    const made = makeBranch<T>()
    branch.words.set(word, made)
    return made
  }

  private addEnd(branch: Branch<T>, hit: Hit, query: string, payload: () => T): boolean {
    const pairs = pairsOf(query)
    const names = [...new Set(pairs.map(([name]) => name))]
    const key = `${hit.method} ${[...names].sort().join('&')}`
    let end = branch.ends.get(key)
    if (end === undefined) {
      if (!this.hasRoom()) return false
      end = { method: hit.method, parameters: names, count: 0, statuses: new Map(), payload: payload() }
      branch.ends.set(key, end)
    }
    end.count++
    end.statuses.set(hit.status, (end.statuses.get(hit.status) ?? 0) + 1)
    for (const [name, value] of pairs) {
      const sample = branch.parameters.get(name) ?? new Sample()
      branch.parameters.set(name, sample)
      sample.add(value)
    }
    return true
  }

  private hasRoom(): boolean {
    if (this.size >= SIZE_MAX) return false
    this.size++
    return true
  }
}

/** Merges a branch's rare words into one branch of names. Frequent words stay. */
export function foldWords<T>(branch: Branch<T>): void {
  const least = branch.count * 0.02
  const folded: ValueBranch<T> = (branch.values.get('slug') as ValueBranch<T> | undefined) ?? {
    ...makeBranch<T>(),
    sample: new Sample(),
  }
  for (const [word, child] of branch.words) {
    if (child.count >= least && branch.words.size > 1) continue
    branch.words.delete(word)
    for (let n = 0; n < Math.min(child.count, 1000); n++) folded.sample.add(safeDecode(word))
    mergeInto(folded, child)
  }
  if (folded.count > 0) branch.values.set('slug', folded)
}

function mergeInto<T>(into: Branch<T>, from: Branch<T>): void {
  into.count += from.count
  for (const [word, child] of from.words) {
    const same = into.words.get(word)
    if (same === undefined) into.words.set(word, child)
    else mergeInto(same, child)
  }
  for (const [kind, child] of from.values) {
    const same = into.values.get(kind)
    if (same === undefined) into.values.set(kind, child)
    else {
      for (const value of child.sample.values) same.sample.add(value)
      mergeInto(same, child)
    }
  }
  for (const [key, end] of from.ends) mergeEnd(into.ends, key, end)
  for (const [name, sample] of from.parameters) {
    const same = into.parameters.get(name)
    if (same === undefined) into.parameters.set(name, sample)
    else for (const value of sample.values) same.add(value)
  }
}

/** Adds an end, merging it with an existing one. */
export function mergeEnd<T>(ends: Map<string, End<T>>, key: string, end: End<T>): void {
  const same = ends.get(key)
  if (same === undefined) {
    ends.set(key, end)
    return
  }
  same.count += end.count
  for (const [status, count] of end.statuses)
    same.statuses.set(status, (same.statuses.get(status) ?? 0) + count)
}

function makeBranch<T>(): Branch<T> {
  return { count: 0, words: new Map(), values: new Map(), ends: new Map(), parameters: new Map() }
}

function splitQuery(path: string): [path: string, query: string] {
  const at = path.indexOf('?')
  return at === -1 ? [path, ''] : [path.slice(0, at), path.slice(at + 1)]
}

/** Decoded names and values. */
function pairsOf(query: string): [name: string, value: string][] {
  if (query === '') return []
  const pairs = query.split('&').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=')
    const name = safeDecode((at === -1 ? pair : pair.slice(0, at)).replaceAll('+', ' '))
    if (name === '' || name.length > 60 || CAMPAIGN.test(name)) return []
    return [[name, at === -1 ? '' : safeDecode(pair.slice(at + 1).replaceAll('+', ' '))]]
  })
  return pairs.slice(0, PARAMETERS_MAX)
}
