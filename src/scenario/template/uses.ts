/**
 * Checks where captured values are used: after the step that captures them, in the same journey. Those of `before` are
 * known everywhere, those of `beforeEach` in all iterations. Unique rows are only for iterations.
 */
import { usesFeeder } from '../data/feeders.js'
import type { Scenario } from '../model/scenario.js'
import { stepTrees } from '../yaml/step-trees.js'
import {
  isTreeMap,
  type Path,
  quoted,
  Scalar,
  type Tree,
  type TreeMap,
  type TreeProblem,
  wrongKey,
} from '../yaml/tree.js'

/** Reports captured values that are used where they are unknown, and ambiguous names. */
export function checkUses(root: TreeMap): TreeProblem[] {
  const problems: TreeProblem[] = []
  const all = new Map<string, string>()
  const report = (problem: TreeProblem) => problems.push(problem)
  const known = (list: Tree | undefined, key: string, names: ReadonlySet<string>) =>
    walk(list, { path: [key], known: names, all, report })
  collectPlaces(root, all)
  for (const name of all.keys()) {
    if (!isTreeMap(root.data) || !Object.hasOwn(root.data, name)) continue
    const message = `${name} is also captured: {{ ${name} }} would be ambiguous`
    wrongKey(report, ['data', name], message, 'rename one of them')
  }
  if (root.ready !== undefined) checkPart(root.ready, { path: ['ready'], known: new Set(), all, report })
  const afterBefore = known(root.before, 'before', new Set())
  const afterEach = known(root.beforeEach, 'beforeEach', afterBefore)
  if (Array.isArray(root.requests)) {
    for (const [index, entry] of (root.requests as Tree[]).entries()) {
      const path = ['requests', index]
      if (!isTreeMap(entry)) continue
      if (entry.steps === undefined) checkPart(entry, { path, known: afterEach, all, report })
      else walk(entry.steps, { path: [...path, 'steps'], known: afterEach, all, report })
    }
  }
  known(root.after, 'after', afterBefore)
  if (root.observe !== undefined)
    checkPart(root.observe, { path: ['observe'], known: afterBefore, all, report })
  for (const key of ['http', 'thresholds', 'load'] as const)
    if (root[key] !== undefined) checkPart(root[key], { path: [key], known: afterEach, all, report })
  return problems
}

/** Reports unique feeders that are also used outside of iterations. */
export function checkRowsOutside({ data, http, ready, before, after, observe }: Scenario): TreeProblem[] {
  const phases = [
    ['ready', ready === undefined ? [] : [ready.request]],
    ['before', before],
    ['observe.metrics', observe?.metrics === undefined ? [] : [observe.metrics.request]],
    ['after', after],
  ] as const
  return Object.entries(data).flatMap(([name, { pick }]) => {
    if (pick !== 'unique') return []
    const isInHeaders = usesFeeder(http.headers, name)
    const user = phases.find(([, steps]) => usesFeeder(steps, name) || (isInHeaders && steps.length > 0))
    if (user === undefined) return []
    const message = `unique rows are for iterations, but ${user[0]} also uses the feeder`
    return [{ path: ['data', name], message, hint: 'write pick: sequential' }]
  })
}

interface Scope {
  readonly path: Path
  readonly known: ReadonlySet<string>
  /** All captured names, with the step that captures each. */
  readonly all: ReadonlyMap<string, string>
  readonly report: (problem: TreeProblem) => void
}

/** Checks steps in order. Returns the names known after them. */
function walk(list: Tree | undefined, scope: Scope): ReadonlySet<string> {
  if (!Array.isArray(list)) return scope.known
  let { known } = scope
  for (const [index, step] of (list as Tree[]).entries()) {
    if (!isTreeMap(step)) continue
    const path = [...scope.path, index]
    const { capture, steps, until, ...own } = step
    checkPart(own, { ...scope, path, known })
    known = walk(steps, { ...scope, path: [...path, 'steps'], known })
    if (capture !== undefined && isTreeMap(capture)) known = new Set([...known, ...Object.keys(capture)])
    if (until !== undefined) checkPart(until, { ...scope, path: [...path, 'until'], known })
  }
  return known
}

/** Reports uses of names that are not known yet. */
function checkPart(tree: Tree, scope: Scope): void {
  const { path, known, all, report } = scope
  if (!(tree instanceof Scalar)) {
    for (const [key, value] of Object.entries(tree as TreeMap))
      checkPart(value, { ...scope, path: [...path, Array.isArray(tree) ? Number(key) : key] })
    return
  }
  for (const placeholder of tree.text.matchAll(/\{\{([\s\S]*?)\}\}/g)) {
    for (const [name, where] of all) {
      if (known.has(name) || !mentions(placeholder[1]!, name)) continue
      const hint = `${where}: use it in a later step of the same journey, or capture it in before`
      report({
        path,
        message: `{{ ${name} }} has no value here yet`,
        hint,
        part: { text: placeholder[0], from: placeholder.index },
      })
    }
  }
}

/** Whether an expression uses a name, outside of quotes and not as part of another name. */
function mentions(expression: string, name: string): boolean {
  const bare = expression.replace(/'[^']*'|"[^"]*"/g, '')
  return new RegExp(`(?<![\\w.-])${name}(?![\\w-]|\\s*\\()`).test(bare)
}

/** Collects which step captures each name. */
function collectPlaces(root: TreeMap, all: Map<string, string>): void {
  for (const tree of stepTrees(root)) {
    const { capture } = tree
    if (capture === undefined || !isTreeMap(capture)) continue
    const label = ['name', 'get', 'post', 'put', 'patch', 'delete', 'head', 'options']
      .map((key) => tree[key])
      .find((value) => value instanceof Scalar) as Scalar | undefined
    for (const name of Object.keys(capture)) {
      if (!all.has(name)) all.set(name, `${quoted(label?.text ?? 'a step')} captures it`)
    }
  }
}
