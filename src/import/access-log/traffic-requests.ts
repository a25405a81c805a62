/**
 * A traffic tree → the requests that make up most of it, with their shares.
 */
import { encodeSafely } from '../address.js'
import { readablePath } from '../request-name.js'
import { valueName } from '../segments.js'
import { type Branch, type End, foldWords, mergeEnd, type Traffic, type ValueBranch } from './traffic.js'
import type { DataLists } from './traffic-values.js'

/** A request of a mix. */
export interface MixedRequest<T> {
  readonly name: string
  readonly method: string
  /** With placeholders for values. */
  readonly path: string
  readonly count: number
  readonly statuses: ReadonlyMap<number, number>
  readonly payload: T
}

/** A mix, most frequent request first. */
export interface TrafficMix<T> {
  readonly requests: readonly MixedRequest<T>[]
  readonly leftOut: number
}

const REQUESTS_MAX = 40

/** If more words than this share a place and none stands out, they are names. */
const WORDS_MAX = 30

interface Found<T> {
  readonly branch: Branch<T>
  readonly end: End<T>
  readonly segments: readonly Segment<T>[]
}

type Segment<T> = string | { readonly branch: ValueBranch<T>; readonly name: string }

/** The mix of a tree, which this modifies. Adds the values in its paths to `lists`. */
export function mixTraffic<T>(traffic: Traffic<T>, lists: DataLists): TrafficMix<T> {
  foldNames(traffic.root)
  const found = [...walk(traffic.root, [], null)].sort((a, b) => b.end.count - a.end.count)
  const most = found.slice(0, REQUESTS_MAX)
  const frequent = most.filter(({ end }) => end.count >= traffic.count / 1000)
  // If all requests are rare, keep the most frequent ones.
  const chosen = frequent.length > 0 ? frequent : most
  const requests = chosen.map((one) => {
    const { method, count, statuses, payload } = one.end
    const name = nameOf(one, chosen)
    const values = one.segments.filter(
      (segment) => typeof segment !== 'string' && segment.branch.sample.distinct > 1,
    )
    if (values.length > 1)
      lists.notes.add('values of one path are drawn independently, so some combinations may not exist', name)
    return { name, method, path: pathOf(one, lists), count, statuses, payload }
  })
  const included = requests.reduce((sum, { count }) => sum + count, 0)
  return { requests, leftOut: traffic.count - included }
}

function foldNames<T>(branch: Branch<T>): void {
  const counts = [...branch.words.values()].map(({ count }) => count).sort((a, b) => b - a)
  const total = counts.reduce((sum, count) => sum + count, 0)
  const top = counts.slice(0, WORDS_MAX / 2).reduce((sum, count) => sum + count, 0)
  if (counts.length > WORDS_MAX && top < total * 0.6) foldWords(branch)
  for (const child of [...branch.words.values(), ...branch.values.values()]) foldNames(child)
}

function* walk<T>(
  branch: Branch<T>,
  segments: readonly Segment<T>[],
  before: string | null,
): Generator<Found<T>> {
  for (const end of mainEnds(branch)) yield { branch, end, segments }
  for (const [word, child] of branch.words)
    yield* walk(child, [...segments, word], word === '' ? before : word)
  for (const [kind, child] of branch.values) {
    yield* walk(child, [...segments, { branch: child, name: valueName(kind, before) }], before)
  }
}

/** For each method, the usual sets of parameters. Rare sets are counted with the most common one. */
function mainEnds<T>({ ends }: Branch<T>): End<T>[] {
  const kept = new Map<string, End<T>>()
  for (const [key, end] of [...ends].sort(([, a], [, b]) => b.count - a.count)) {
    const same = [...kept].filter(([, other]) => other.method === end.method)
    const total = [...ends.values()]
      .filter(({ method }) => method === end.method)
      .reduce((sum, { count }) => sum + count, 0)
    const isUsual = end.count >= total / 10 && same.length < 5
    mergeEnd(kept, isUsual || same.length === 0 ? key : same[0]![0], {
      ...end,
      statuses: new Map(end.statuses),
    })
  }
  return [...kept.values()]
}

function pathOf<T>({ branch, end, segments }: Found<T>, lists: DataLists): string {
  const words = segments.filter((segment) => typeof segment === 'string')
  const prefix = words.findLast((word) => /^[A-Za-z]/.test(word)) ?? 'value'
  const parts = segments.map((segment) =>
    typeof segment === 'string'
      ? segment
      : lists.place(segment.branch.sample, { wanted: segment.name, prefix }),
  )
  const pairs = end.parameters.map((name) => {
    const sample = branch.parameters.get(name)
    if (sample === undefined || (sample.distinct <= 1 && sample.values[0] === ''))
      return `${encodeSafely(name)}=`
    return `${encodeSafely(name)}=${lists.place(sample, { wanted: name, prefix })}`
  })
  return `/${parts.join('/')}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`
}

/** Method and path with named values, and the parameters if another request differs only in them. */
function nameOf<T>({ branch, end, segments }: Found<T>, all: readonly Found<T>[]): string {
  const path = segments
    .map((segment) => (typeof segment === 'string' ? segment : `{${segment.name}}`))
    .join('/')
  const similar = all.filter((other) => other.branch === branch && other.end.method === end.method)
  const query = similar.length < 2 || end.parameters.length === 0 ? '' : `?${end.parameters.join('&')}`
  return `${end.method} ${readablePath(`/${path}${query}`)}`
}
