/**
 * A regular expression as a Glushkov automaton: a position for each of its character sets, and in how many ways
 * positions may follow each other.
 */
import type { Range, RegexNode } from './regex-syntax.js'

/** By position, in how many ways it's reached: one or several. */
export type Ways = Map<number, number>

interface Piece {
  readonly first: Ways
  readonly last: Ways
  /** In how many ways it matches the empty text. */
  readonly empty: number
}

const POSITIONS_MAX = 10_000
/** More copies of one character count as unbounded. */
const COPIES_MAX = 50
/** More copies of a longer part count as unbounded. */
const PARTS_MAX = 3
/** The positions of an expression. */
export class Automaton {
  /** Too large to analyze. */
  isTooLarge = false
  /** By position: the positions that may follow. */
  readonly follow: Ways[] = []
  private readonly sets: (readonly Range[])[] = []
  /**
   * The characters that a position matches, with a bit for each class of characters that the expression distinguishes.
   */
  private readonly masks: readonly bigint[]

  constructor(root: RegexNode) {
    this.build(root)
    this.masks = this.isTooLarge ? [] : masksOf(this.sets)
  }

  /** Whether all the positions match a common character. */
  shares(...positions: readonly number[]): boolean {
    return positions.reduce((mask, position) => mask & this.masks[position]!, -1n) !== 0n
  }

  private build(node: RegexNode): Piece {
    if (this.sets.length > POSITIONS_MAX) this.isTooLarge = true
    if (this.isTooLarge) return NOTHING
    switch (node.type) {
      case 'start':
        return NOTHING
      case 'set': {
        const position = this.sets.push(node.ranges) - 1
        this.follow.push(new Map())
        return { first: new Map([[position, 1]]), last: new Map([[position, 1]]), empty: 0 }
      }
      case 'seq':
        return node.items.reduce<Piece>((before, item) => this.join(before, this.build(item)), NOTHING)
      case 'alt': {
        const pieces = node.items.map((item) => this.build(item))
        return pieces.reduce((a, b) => ({
          first: sum(a.first, b.first),
          last: sum(a.last, b.last),
          empty: several(a.empty + b.empty),
        }))
      }
      case 'aside':
        return { first: this.build(node.item).first, last: new Map(), empty: 1 }
      case 'repeat':
        return this.repeat(node)
    }
  }

  private repeat({ item, min, max }: Extract<RegexNode, { type: 'repeat' }>): Piece {
    if (max === 0) return NOTHING
    const copiesMax = item.type === 'set' ? COPIES_MAX : PARTS_MAX
    const isBounded = max <= copiesMax
    if (!isBounded && item.type !== 'set' && min > 1 && matchesEmpty(item)) {
      // Each copy may be empty, so there are too many ways to choose the empty ones.
      this.isTooLarge = true
      return NOTHING
    }
    let piece = NOTHING
    const fixed = isBounded ? min : Math.min(min, copiesMax)
    for (let i = 0; i < fixed; i++) piece = this.join(piece, this.build(item))
    if (!isBounded) return this.join(piece, this.loop(this.build(item)))
    // a{0,3} is (a(a(a)?)?)?, so that there is only one way to leave out copies.
    let rest = NOTHING
    for (let i = fixed; i < max; i++) rest = optional(this.join(this.build(item), rest))
    return this.join(piece, rest)
  }

  private join(a: Piece, b: Piece): Piece {
    this.link(a.last, b.first)
    return {
      first: sum(a.first, times(b.first, a.empty)),
      last: sum(b.last, times(a.last, b.empty)),
      empty: several(a.empty * b.empty),
    }
  }

  private loop({ first, last }: Piece): Piece {
    this.link(last, first)
    // The engine stops at once at a round that matches nothing.
    return { first, last, empty: 1 }
  }

  private link(from: Ways, to: Ways): void {
    for (const [position, ways] of from) {
      const follow = this.follow[position]!
      for (const [next, more] of to) follow.set(next, several((follow.get(next) ?? 0) + ways * more))
    }
  }
}

const NOTHING: Piece = { first: new Map(), last: new Map(), empty: 1 }

/** More than two ways are no worse than two. */
function several(ways: number): number {
  return Math.min(ways, 2)
}

function sum(a: Ways, b: Ways): Ways {
  const both = new Map(a)
  for (const [position, ways] of b) both.set(position, several((both.get(position) ?? 0) + ways))
  return both
}

function times(ways: Ways, factor: number): Ways {
  if (factor === 0) return new Map()
  return new Map([...ways].map(([position, count]) => [position, several(count * factor)]))
}

function optional({ first, last, empty }: Piece): Piece {
  return { first, last, empty: several(empty + 1) }
}

function matchesEmpty(node: RegexNode): boolean {
  switch (node.type) {
    case 'set':
      return false
    case 'seq':
      return node.items.every(matchesEmpty)
    case 'alt':
      return node.items.some(matchesEmpty)
    case 'repeat':
      return node.min === 0 || matchesEmpty(node.item)
    default:
      return true
  }
}

/** A bit for each range of characters that all sets treat alike. */
function masksOf(sets: readonly (readonly Range[])[]): bigint[] {
  const starts = [...new Set(sets.flat().flatMap(([from, to]) => [from, to + 1]))].sort((a, b) => a - b)
  const index = new Map(starts.map((start, i) => [start, i]))
  const known = new Map<readonly Range[], bigint>()
  return sets.map((ranges) => {
    let mask = known.get(ranges)
    if (mask === undefined) {
      mask = 0n
      for (const [from, to] of ranges)
        mask |= (1n << BigInt(index.get(to + 1)!)) - (1n << BigInt(index.get(from)!))
      known.set(ranges, mask)
    }
    return mask
  })
}
