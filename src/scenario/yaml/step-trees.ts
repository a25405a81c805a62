/**
 * Requests, journeys and steps of a file before it is read. A search for their keys must not find a field of that name
 * in a body.
 */
import { isTreeMap, Scalar, type Tree, type TreeMap } from './tree.js'

/** Everything in a file that may be a request or a step, including nested steps and what `ready` asks. */
export function stepTrees(root: TreeMap): TreeMap[] {
  const { ready } = root
  const asked = ready instanceof Scalar ? { get: ready } : ready
  return [
    ...(asked === undefined ? [] : inside([asked])),
    ...[root.requests, root.before, root.beforeEach, root.after].flatMap(inside),
  ]
}

function inside(list: Tree | undefined): TreeMap[] {
  if (!Array.isArray(list)) return []
  return (list as readonly Tree[]).flatMap((entry) =>
    isTreeMap(entry) ? [entry, ...inside(entry.steps)] : [],
  )
}
