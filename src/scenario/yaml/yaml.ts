/**
 * YAML text → tree, with the place of every key and value. The only file that imports the YAML library.
 *
 * Anchors, aliases and `<<` are resolved here, within limits, so that no file can make perfctl hang or run out of
 * memory.
 */

import type {
  Alias,
  Document,
  DocumentOptions,
  Node,
  ParsedNode,
  ParseOptions,
  SchemaOptions,
  YAMLMap,
} from 'yaml'
import { isAlias, isMap, isScalar, isSeq, parseDocument, stringify, Scalar as YamlScalar } from 'yaml'
import type { Place, Problem } from '../../base/errors.js'
import { printable, printableJson } from '../../base/printable.js'
import { formatCount } from '../../base/units.js'
import { maskWritten } from '../secrets/written.js'
import { numberProblem } from './number-problem.js'
import { Source, type Span } from './source.js'
import { explainErrors, unquotedPlaceholders, type YamlError } from './syntax.js'
import { follow, type Path, Scalar, type Tree, type TreeProblem } from './tree.js'

/** The number of values that aliases may add: more than people need, and little for a machine. */
const ALIASED_VALUES_MAX = 100_000
const DEPTH_MAX = 100

/** A YAML file: its tree (null if it is empty or unreadable) and its problems so far. */
export interface YamlFile {
  readonly tree: Tree | null
  readonly problems: readonly Problem[]
  /** Whether the value at a path could not be read, which is already reported. */
  isBroken(path: Path): boolean
  /** The place of a problem at a path. */
  locate(path: Path, problem?: Pick<TreeProblem, 'onKey' | 'part'>): Place
}

/** Reads a text as YAML 1.2. Throws nothing: problems are in `problems`. */
export function readYaml(text: string, file: string): YamlFile {
  const { document, errors } = parse(text, { logLevel: 'error', resolveKnownTags: false })
  const source = new Source(file, text)
  // Quoted lines come from here: the secrets in a broken part are in no tree, so they can't be looked up.
  const shown = new Source(file, maskWritten(text))
  const problems = problemsOf(errors, shown)
  const isBroken = errors.some((error) => error.code !== 'DUPLICATE_KEY')
  if (document === null || isBroken || document.contents === null) return unreadable(source, problems)
  const builder = new TreeBuilder(shown)
  const tree = builder.build(document.contents, 0)
  if (builder.isExhausted) return unreadable(source, builder.problems)
  return {
    tree,
    problems: [...problems, ...builder.problems],
    isBroken: (path) => builder.broken.has(follow(tree, path).at(-1)!),
    locate: (path, problem = {}) => shown.place(findSpan(source, builder, tree, path, problem)),
  }
}

/** A single value as YAML on one line, quoted if needed. Inside brackets it needs quotes more often. */
export function writeScalar(value: string | number | boolean | null, isInBrackets: boolean): string {
  // YAML reads a plain << as a merge, not as text.
  if (value === '<<') return '"<<"'
  // A JSON string is valid YAML. The library would break the line, or leave control characters as they are.
  if (typeof value === 'string' && printable(value) !== value) return printableJson(value)
  if (!isInBrackets) return stringify({ a: value }, { lineWidth: 0 }).slice(3, -1)
  const list = stringify([value], { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 })
  return list.slice(1, -2)
}

/** Whole documents as YAML that readers of YAML 1.1, such as Kubernetes, understand, too: they read a plain `no` as false. */
export function writeDocuments(values: readonly object[]): string {
  const options = { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false } as const
  return values.map((value) => stringify(value, options)).join('---\n')
}

/** The library's document with all errors; null if the text is nested too deeply for the library's stack. */
function parse(
  text: string,
  options: ParseOptions & DocumentOptions & SchemaOptions,
): { readonly document: Document.Parsed | null; readonly errors: readonly YamlError[] } {
  // A broken file can have thousands of errors. Nobody reads their stacks, and capturing them takes most of the time.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    const document = parseDocument(text, { prettyErrors: false, ...options })
    const warnings = options.logLevel === 'silent' ? [] : document.warnings
    const errors = [...document.errors, ...warnings].map(({ code, message, pos }) => ({
      code,
      message,
      span: pos,
    }))
    return { document, errors }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const start = Math.max(0, text.search(DEEP))
    return {
      document: null,
      errors: [{ code: 'RESOURCE_EXHAUSTION', message: '', span: [start, start + 1] }],
    }
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** The start of 100 nested lists or maps. */
const DEEP = /(?:[-?]\s+|[[{]\s*){100}/

function problemsOf(errors: readonly YamlError[], source: Source): Problem[] {
  return explainErrors(errors, source).map(({ message, hint, span }) => ({
    message,
    hint,
    place: source.place(span),
  }))
}

function unreadable(source: Source, problems: readonly Problem[]): YamlFile {
  return { tree: null, problems, isBroken: () => false, locate: () => source.place([0, 0]) }
}

/**
 * The value of YAML or JSON that is not a scenario, read with the tolerance that files of other programs need.
 * Integers beyond the safe range are `bigint`.
 */
export function readYamlValue(text: string, file: string): { value: unknown; problems: readonly Problem[] } {
  const { document, errors } = parse(text, {
    // Warnings are meant for authors of scenarios.
    logLevel: 'silent',
    uniqueKeys: false,
    merge: true,
    intAsBigInt: true,
  })
  const source = new Source(file, errors.length > 0 ? maskWritten(text) : text)
  const problems = problemsOf(errors, source)
  try {
    return {
      value:
        document === null || problems.length > 0
          ? null
          : withNumbers(document.toJS({ maxAliasCount: 10_000 })),
      problems,
    }
  } catch {
    const hint = 'write the repeated values out'
    return {
      value: null,
      problems: [{ message: 'aliases repeat too many values', hint, place: source.place([0, 0]) }],
    }
  }
}

/** Replaces every `bigint` that fits a number, in place. */
function withNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return toNumber(value)
  const seen = new Set<object>()
  const left = [value]
  while (left.length > 0) {
    const part = left.pop()
    if (typeof part !== 'object' || part === null || seen.has(part)) continue
    seen.add(part)
    const map = part as Record<string, unknown>
    for (const key of Object.keys(map)) {
      const item = map[key]
      if (typeof item === 'bigint') map[key] = toNumber(item)
      else left.push(item)
    }
  }
  return value
}

function toNumber(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

/** Builds a tree from the library's nodes and records the place of each part. */
class TreeBuilder {
  readonly problems: Problem[] = []
  readonly spans = new WeakMap<object, Span>()
  readonly keySpans = new WeakMap<object, ReadonlyMap<string, Span>>()
  /** Trees that could not be read as meant, which is already reported. */
  readonly broken = new WeakSet<object>()
  private readonly source: Source
  private readonly anchors = new Map<string, Node>()
  /** The anchors whose aliases are being resolved. */
  private readonly open = new Set<Node>()
  /** The problems of repeated values. */
  private readonly repeated = new Set<string>()
  private aliasedValues = 0
  private outermostAlias: Span = [0, 0]
  /** Aliases repeat so many values that the tree was abandoned. */
  isExhausted = false

  constructor(source: Source) {
    this.source = source
  }

  build(node: Node | null, depth: number): Tree {
    if (this.open.size > 0 && ++this.aliasedValues > ALIASED_VALUES_MAX) this.exhaust()
    if (isAlias(node)) return this.buildAlias(node, depth)
    const anchor = (node as { anchor?: string } | null)?.anchor
    if (anchor !== undefined && this.open.size === 0) this.anchors.set(anchor, node!)
    if (depth > DEPTH_MAX) {
      this.wrong(spanOf(node), `lists and maps are nested more than ${DEPTH_MAX} levels deep`, null)
      return this.giveUp(node)
    }
    if (this.isExhausted || node === null) return this.keep(new Scalar(null, ''), node)
    if (isMap(node)) return this.buildMap(node as YAMLMap<ParsedNode, ParsedNode | null>, depth)
    if (isSeq(node)) {
      return this.keep(
        node.items.map((item) => this.build(item as Node, depth + 1)),
        node,
      )
    }
    return this.keep(this.buildScalar(node as YamlScalar), node)
  }

  private buildScalar(node: YamlScalar): Scalar {
    const { value, source = '' } = node
    if (typeof value === 'string') return new Scalar(value, value)
    const scalar = new Scalar(value as number | boolean | null, source)
    if (typeof value === 'number' && !this.checkNumber(value, source, spanOf(node))) this.broken.add(scalar)
    return scalar
  }

  private checkNumber(value: number, text: string, span: Span): boolean {
    const problem = numberProblem(value, text)
    if (problem !== null) this.wrong(span, problem.message, problem.hint)
    return problem === null
  }

  private buildAlias(node: Alias, depth: number): Tree {
    const target = this.anchors.get(node.source)
    const span = spanOf(node)
    if (target === undefined) {
      this.wrong(
        span,
        `no value above is marked &${node.source}`,
        `put &${node.source} before the value to repeat`,
      )
    } else if (this.open.has(target) || this.contains(target, node)) {
      this.wrong(
        span,
        `*${node.source} is inside the value that it repeats`,
        'remove the alias: it would never end',
      )
    } else if (!this.isExhausted) {
      if (this.open.size === 0) this.outermostAlias = span
      this.open.add(target)
      const tree = this.build(target, depth)
      this.open.delete(target)
      return tree
    }
    return this.giveUp(node)
  }

  /** Whether the alias is inside the value that it repeats. */
  private contains(target: Node, alias: Alias): boolean {
    const [start, end] = spanOf(target)
    return start <= spanOf(alias)[0] && spanOf(alias)[1] <= end
  }

  private exhaust(): void {
    if (this.isExhausted) return
    this.isExhausted = true
    const limit = formatCount(ALIASED_VALUES_MAX)
    this.wrong(
      this.outermostAlias,
      `aliases repeat more than ${limit} values`,
      'write the values out, or repeat fewer of them',
    )
  }

  private buildMap(node: YAMLMap<ParsedNode, ParsedNode | null>, depth: number): Tree {
    const own: Record<string, Tree> = Object.create(null)
    const merged: Record<string, Tree> = Object.create(null)
    const keys = new Map<string, Span>()
    let isWhole = true
    for (const { key, value } of node.items) {
      if (isScalar(key) && key.source === '<<' && key.type === YamlScalar.PLAIN) {
        this.merge(this.build(value, depth + 1), spanOf(key), merged, keys)
        continue
      }
      const name = this.readKey(key)
      if (name === null) isWhole = false
      if (name === null || name === '__proto__') continue
      own[name] = this.build(value, depth + 1)
      keys.set(name, spanOf(key))
    }
    const map = Object.assign(Object.create(null), merged, own) as Record<string, Tree>
    this.keySpans.set(map, keys)
    if (!isWhole) this.broken.add(map)
    return this.keep(map, node)
  }

  /** `<<: *base` or `<<: [*a, *b]`: the first map that has a key wins. */
  private merge(tree: Tree, span: Span, into: Record<string, Tree>, keys: Map<string, Span>): void {
    for (const part of Array.isArray(tree) ? tree : [tree]) {
      if (part instanceof Scalar || Array.isArray(part)) {
        this.wrong(span, '<< merges only maps', 'give it an alias of a map, such as <<: *defaults')
        return
      }
      for (const [key, value] of Object.entries(part as Record<string, Tree>)) {
        if (key in into) continue
        into[key] = value
        if (!keys.has(key)) keys.set(key, this.keySpans.get(part)?.get(key) ?? span)
      }
    }
  }

  private readKey(key: ParsedNode | null): string | null {
    const span = spanOf(key)
    if (isScalar(key) && key.value !== null) {
      const name = typeof key.value === 'string' ? key.value : (key.source ?? '')
      if (name === '__proto__') this.wrong(span, '"__proto__" can\'t be a key', 'choose another name')
      return name
    }
    const line = this.source.lineAt(span[0])
    const placeholders = unquotedPlaceholders(line.text, line.start)
    const placeholder = placeholders.find(
      (candidate) => candidate.span[0] < span[0] && span[1] <= candidate.span[1],
    )
    if (placeholder !== undefined) this.wrong(placeholder.span, placeholder.message, placeholder.hint)
    else this.wrong(span, 'a key must be text', 'put the key in quotes, or the whole value if it is text')
    return null
  }

  private keep<T extends Tree>(tree: T, node: Node | null): T {
    this.spans.set(tree, spanOf(node))
    return tree
  }

  private giveUp(node: Node | null): Tree {
    const nothing = this.keep(new Scalar(null, ''), node)
    this.broken.add(nothing)
    return nothing
  }

  private wrong(span: Span, message: string, hint: string | null): void {
    // A value that aliases repeat is read as often, and each of its problems is one.
    if (this.open.size > 0) {
      const key = `${span[0]} ${message}`
      if (this.repeated.has(key)) return
      this.repeated.add(key)
    }
    this.problems.push({ message, hint, place: this.source.place(span) })
  }
}

/** The span of a node without trailing spaces and newlines. */
function spanOf(node: Node | null): Span {
  const range = node?.range
  return range ? [range[0], range[1]] : [0, 0]
}

/** The span to mark: the key for a wrong list or map, a wrong value itself, or the map that lacks a key. */
function findSpan(
  source: Source,
  spots: Pick<TreeBuilder, 'spans' | 'keySpans'>,
  tree: Tree,
  path: Path,
  problem: Pick<TreeProblem, 'onKey' | 'part'>,
): Span {
  const trees = follow(tree, path)
  const at = trees.at(-1)!
  const parent = trees.at(-2)
  const key = (parent && spots.keySpans.get(parent)?.get(String(path[trees.length - 2]))) ?? null
  const span = spots.spans.get(at) ?? [0, 0]
  if (problem.onKey && key !== null) return key
  if (problem.part !== undefined) {
    const { text, from, within } = problem.part
    const find = (part: string, offset: number): Span | null => {
      const start = source.text.indexOf(part, span[0] + offset)
      return start !== -1 && start + part.length <= span[1] ? [start, start + part.length] : null
    }
    const outer = within && find(within.text, within.from)
    if (outer) {
      const start = outer[0] + from - within.from
      const isThere = start + text.length <= outer[1] && source.text.startsWith(text, start)
      return isThere ? [start, start + text.length] : outer
    }
    const found = find(text, from)
    if (found !== null) return found
  }
  return key !== null && (!(at instanceof Scalar) || span[0] === span[1]) ? key : span
}
