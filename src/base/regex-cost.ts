/**
 * The worst-case search time of a regular expression. A backtracking search tries every way in which the expression can
 * match a text. So this builds the expression's Glushkov automaton and determines in how many ways its loops can match
 * the same text (Weber and Seidl, 1991: degrees of ambiguity; Weideman et al., 2016: what they mean for backtracking).
 */
import { Automaton, type Ways } from './regex-automaton.js'
import { ANY, parseRegex, type RegexNode } from './regex-syntax.js'

/** The worst-case number of steps of a search, as a function of the text's length and without constant factors. */
export interface RegexCost {
  /** About 2^length steps. */
  readonly isExponential: boolean
  /**
   * For each pair of loops that can match the same text, the length of that text. Each pair adds a power of the length.
   */
  readonly loops: readonly number[]
}

/** Shorter texts take at most some million steps with any expression. */
const EXPONENTIAL_LENGTH_MAX = 20

/** The worst-case cost of a search. `isAnchored`: for a search from only one place of the text. */
export function regexCost(source: string, isAnchored = false): RegexCost {
  const root = parseRegex(source)
  const automaton = new Automaton(isAnchored || startsAtStart(root) ? root : searching(root))
  return automaton.isTooLarge ? WORST : new Ambiguity(automaton).cost()
}

/** The maximum number of steps for a text of `length` characters. */
export function stepsFor({ isExponential, loops }: RegexCost, length: number): number {
  if (isExponential) return length > EXPONENTIAL_LENGTH_MAX ? Number.POSITIVE_INFINITY : 2 ** length
  return loops.reduce((steps, loop) => steps * Math.max(1, length / loop), length)
}

/** The characters that every match starts with; empty if there are none. */
export function literalStart(source: string): string {
  const root = parseRegex(source)
  let text = ''
  for (const item of root.type === 'seq' ? root.items : [root]) {
    if (item.type !== 'set' || item.ranges.length !== 1 || item.ranges[0]![0] !== item.ranges[0]![1]) break
    text += String.fromCharCode(item.ranges[0]![0])
  }
  return text
}

const WORST: RegexCost = { isExponential: true, loops: [] }

/** A search starts at each place of the text. */
function searching(root: RegexNode): RegexNode {
  const anywhere = { type: 'set', ranges: ANY } as const
  return {
    type: 'seq',
    items: [{ type: 'repeat', item: anywhere, min: 0, max: Number.POSITIVE_INFINITY }, root],
  }
}

function startsAtStart(node: RegexNode): boolean {
  if (node.type === 'start') return true
  if (node.type === 'seq') return node.items.length > 0 && startsAtStart(node.items[0]!)
  return node.type === 'alt' && node.items.every(startsAtStart)
}

/**
 * The maximum number of pairs and triples of positions to visit. An expression with more is assumed to be exponential.
 */
const VISITS_MAX = 200_000

/** Finds ambiguity: the same text matched in several ways. */
class Ambiguity {
  private readonly automaton: Automaton
  private readonly follow: readonly Ways[]
  private visits = 0

  constructor(automaton: Automaton) {
    this.automaton = automaton
    this.follow = automaton.follow
  }

  cost(): RegexCost {
    const loops = this.findLoops()
    const isExponential = loops.some((loop) => this.isAmbiguous(new Set(loop)))
    const lengths = isExponential ? [] : this.longestChain(loops)
    return isExponential || this.isTooMuch ? WORST : { isExponential, loops: lengths }
  }

  private get isTooMuch(): boolean {
    return this.visits > VISITS_MAX
  }

  /** The strongly connected positions, in groups. */
  private findLoops(): number[][] {
    return findComponents(this.follow).filter((positions) =>
      positions.some((p) => positions.some((q) => this.follow[p]!.has(q))),
    )
  }

  /** Whether a loop can match the same text in two ways. Then each round doubles the number of ways. */
  private isAmbiguous(loop: ReadonlySet<number>): boolean {
    for (const position of loop)
      for (const [next, ways] of this.follow[position]!) if (ways > 1 && loop.has(next)) return true
    const same = new Set([...loop].map((position) => this.pair(position, position)))
    const reachedFrom = this.pairsFrom(same, loop)
    // Search backwards: two diverging ways matter only if they meet again.
    const seen = new Set(same)
    const queue = [...same]
    for (let pair = queue.pop(); pair !== undefined; pair = queue.pop()) {
      for (const before of reachedFrom.get(pair) ?? []) {
        if (seen.has(before)) continue
        if (!same.has(before)) return true
        seen.add(before)
        queue.push(before)
      }
    }
    return this.isTooMuch
  }

  private pair(p: number, q: number): number {
    return p * this.follow.length + q
  }

  /** The pairs of positions that a text leads to, each with its predecessors. */
  private pairsFrom(start: ReadonlySet<number>, loop: ReadonlySet<number>): ReadonlyMap<number, number[]> {
    const size = this.follow.length
    const reachedFrom = new Map<number, number[]>()
    const seen = new Set(start)
    const queue = [...start]
    for (let pair = queue.pop(); pair !== undefined && !this.isTooMuch; pair = queue.pop()) {
      for (const [a, b] of this.nextPairs(Math.floor(pair / size), pair % size, loop)) {
        const next = this.pair(a, b)
        const before = reachedFrom.get(next)
        if (before === undefined) reachedFrom.set(next, [pair])
        else before.push(pair)
        if (seen.has(next)) continue
        seen.add(next)
        queue.push(next)
      }
    }
    return reachedFrom
  }

  private nextPairs(p: number, q: number, within: ReadonlySet<number>): [number, number][] {
    const pairs: [number, number][] = []
    for (const a of this.follow[p]!.keys()) {
      if (!within.has(a)) continue
      for (const b of this.follow[q]!.keys()) {
        this.visits++
        if (within.has(b) && this.automaton.shares(a, b)) pairs.push([a, b])
      }
    }
    return pairs
  }

  /** The longest chain of loops in which each can match what the loop before it matches. */
  private longestChain(loops: readonly (readonly number[])[]): number[] {
    const reach = loops.map((loop) => this.reachable(loop[0]!))
    const known = new Map<number, number[]>()
    const chainFrom = (i: number): number[] => {
      const found = known.get(i)
      if (found !== undefined) return found
      let longest: number[] = []
      for (const [j, other] of loops.entries()) {
        if (i === j || !reach[i]!.has(other[0]!)) continue
        const length = this.overlap(loops[i]!, other, reach[i]!)
        // The part after the other loop may start another pair.
        const chain = length === null ? chainFrom(j) : [length, ...chainFrom(j)]
        if (chain.length > longest.length) longest = chain
      }
      known.set(i, longest)
      return longest
    }
    return loops.map((_, i) => chainFrom(i)).reduce((a, b) => (b.length > a.length ? b : a), [])
  }

  /**
   * The length of the shortest text that both loops match and that leads from one to the other; null if there is none.
   */
  private overlap(
    from: readonly number[],
    to: readonly number[],
    between: ReadonlySet<number>,
  ): number | null {
    const within: Within = [new Set(from), new Set([...from, ...between]), new Set(to)]
    const lengths = from.flatMap((p) => to.map((q) => this.commonText(p, q, within)))
    const found = lengths.filter((length) => length !== null)
    return found.length === 0 ? null : Math.min(...found)
  }

  /** The length of a text that leads from p to p, from p to q and from q to q; null if there is none. */
  private commonText(p: number, q: number, within: Within): number | null {
    const size = this.follow.length
    const seen = new Set<number>()
    let front: Triple[] = [[p, p, q]]
    for (let length = 1; front.length > 0 && !this.isTooMuch; length++) {
      const next: Triple[] = []
      for (const triple of front.flatMap((from) => this.nextTriples(from, within))) {
        const [a, b, c] = triple
        if (a === p && b === q && c === q) return length
        const key = (a * size + b) * size + c
        if (!seen.has(key)) next.push(triple)
        seen.add(key)
      }
      front = next
    }
    return null
  }

  private nextTriples([x, y, z]: Triple, [first, middle, last]: Within): Triple[] {
    const triples: Triple[] = []
    for (const a of this.follow[x]!.keys()) {
      if (!first.has(a)) continue
      for (const c of this.follow[z]!.keys()) {
        if (!last.has(c) || !this.automaton.shares(a, c)) continue
        for (const b of this.follow[y]!.keys()) {
          this.visits++
          if (middle.has(b) && this.automaton.shares(a, b, c)) triples.push([a, b, c])
        }
      }
    }
    return triples
  }

  private reachable(start: number): Set<number> {
    const seen = new Set<number>()
    const queue = [start]
    for (let position = queue.pop(); position !== undefined; position = queue.pop()) {
      for (const next of this.follow[position]!.keys()) {
        if (seen.has(next)) continue
        seen.add(next)
        queue.push(next)
      }
    }
    return seen
  }
}

type Triple = readonly [number, number, number]

/** The positions allowed on each of three ways. */
type Within = readonly [ReadonlySet<number>, ReadonlySet<number>, ReadonlySet<number>]

/** Strongly connected components (Tarjan, 1972), without recursion. */
function findComponents(follow: readonly Ways[]): number[][] {
  const components: number[][] = []
  const order = new Map<number, number>()
  const low = new Map<number, number>()
  const stack: number[] = []
  const open = new Set<number>()
  for (let root = 0; root < follow.length; root++) {
    if (order.has(root)) continue
    const path: { position: number; next: Iterator<number> }[] = []
    const enter = (position: number) => {
      order.set(position, order.size)
      low.set(position, order.get(position)!)
      stack.push(position)
      open.add(position)
      path.push({ position, next: follow[position]!.keys() })
    }
    enter(root)
    while (path.length > 0) {
      const { position, next } = path.at(-1)!
      const step = next.next()
      if (!step.done) {
        if (!order.has(step.value)) enter(step.value)
        else if (open.has(step.value)) low.set(position, Math.min(low.get(position)!, order.get(step.value)!))
        continue
      }
      path.pop()
      const parent = path.at(-1)?.position
      if (parent !== undefined) low.set(parent, Math.min(low.get(parent)!, low.get(position)!))
      if (low.get(position) !== order.get(position)) continue
      const from = stack.lastIndexOf(position)
      const component = stack.splice(from)
      for (const each of component) open.delete(each)
      components.push(component)
    }
  }
  return components
}
