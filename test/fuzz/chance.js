/**
 * Random choices that can be repeated: equal seeds give equal choices. Independent of the program under test.
 */
export class Chance {
  #state

  /** `seed`: any text or number. */
  constructor(seed) {
    // FNV-1a over the seed's characters, so that neighbouring seeds have nothing in common.
    let hash = 0x811c9dc5
    for (const char of String(seed)) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193)
    this.#state = hash >>> 0
  }

  /** From 0 to 1, 1 not included (mulberry32). */
  float() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let x = this.#state
    x = Math.imul(x ^ (x >>> 15), x | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from 0 to `limit`, which is not included. */
  below(limit) {
    return Math.floor(this.float() * limit)
  }

  /** True with this probability. */
  hit(probability) {
    return this.float() < probability
  }

  /** One of the items. */
  of(items) {
    return items[this.below(items.length)]
  }
}
