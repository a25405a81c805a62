/**
 * Requests, journeys and steps of a file before it is read. A search for their keys must not find a field of that name
 * in a body.
 */
import { isTreeMap, Scalar, type Tree, type TreeMap } from './tree.js'

/** Everything in a file that may be a request or a step, including nested steps and what `ready` and `observe` ask. */
export function stepTrees(root: TreeMap): TreeMap[] {
  const { ready, observe } = root
  const asked = ready instanceof Scalar ? { get: ready } : ready
  const metrics = observe !== undefined && isTreeMap(observe) ? observe.metrics : undefined
  const scraped = metrics !== undefined && isTreeMap(metrics) ? scrapeOf(metrics) : undefined
  return [
    ...[asked, scraped].flatMap((each) => (each === undefined ? [] : inside([each]))),
    ...[root.requests, root.before, root.beforeEach, root.after].flatMap(inside),
  ]
}

/** The request for metrics, with its URL under the key that requests have. */
function scrapeOf({ url, headers, auth }: TreeMap): TreeMap {
  return { ...(url && { get: url }), ...(headers && { headers }), ...(auth && { auth }) }
}

function inside(list: Tree | undefined): TreeMap[] {
  if (!Array.isArray(list)) return []
  return (list as readonly Tree[]).flatMap((entry) =>
    isTreeMap(entry) ? [entry, ...inside(entry.steps)] : [],
  )
}
