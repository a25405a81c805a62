/**
 * Samples the values at one place of a path or query. Needs a few kilobytes, however long the log is.
 */
import { Random } from '../base/rng.js'

/** Number of values kept. Each occurrence is equally likely, so frequent values are repeated. */
const KEPT = 100

/** Number of smallest hashes kept to estimate the number of distinct values. */
const HASHES = 256

const LENGTH_MAX = 200

/** A running sample of values. */
export class Sample {
  count = 0
  private readonly kept: string[] = []
  private readonly hashes: number[] = []
  private integers: { from: number; to: number } | null = null
  private isNumeric = true
  private readonly random = new Random(1)

  /** Adds a value, unless it's too long to be useful. */
  add(value: string): void {
    if (value.length > LENGTH_MAX) return
    this.count++
    this.keep(value)
    this.addHash(hashOf(value))
    if (this.isNumeric) this.addNumber(value)
  }

  /** Vitter's algorithm R (1985). */
  private keep(value: string): void {
    if (this.kept.length < KEPT) {
      this.kept.push(value)
      return
    }
    const at = Math.floor(this.random.float() * this.count)
    if (at < KEPT) this.kept[at] = value
  }

  private addHash(hash: number): void {
    const { hashes } = this
    if (hashes.length === HASHES && hash >= hashes[HASHES - 1]!) return
    let [low, high] = [0, hashes.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (hashes[middle]! < hash) low = middle + 1
      else high = middle
    }
    if (hashes[low] === hash) return
    hashes.splice(low, 0, hash)
    if (hashes.length > HASHES) hashes.pop()
  }

  private addNumber(value: string): void {
    const number = Number(value)
    if (!Number.isSafeInteger(number) || String(number) !== value) {
      this.isNumeric = false
      this.integers = null
    } else {
      const { from, to } = this.integers ?? { from: number, to: number }
      this.integers = { from: Math.min(from, number), to: Math.max(to, number) }
    }
  }

  /**
   * The number of distinct values: exact up to 255, then estimated within about 12 % from the smallest hashes (k
   * minimum values, Bar-Yossef et al., 2002).
   */
  get distinct(): number {
    const { hashes } = this
    return hashes.length < HASHES ? hashes.length : Math.round(((HASHES - 1) * 2 ** 32) / hashes[HASHES - 1]!)
  }

  /** The smallest and largest value if all are whole numbers; null otherwise. */
  get range(): { readonly from: number; readonly to: number } | null {
    return this.integers
  }

  /** The sampled values, sorted, with repetitions. */
  get values(): string[] {
    return [...this.kept].sort(this.integers === null ? compareTexts : (a, b) => Number(a) - Number(b))
  }
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** FNV-1a over UTF-16 with its bits mixed, uniform enough for the estimate. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b)
  return (hash ^ (hash >>> 16)) >>> 0
}
