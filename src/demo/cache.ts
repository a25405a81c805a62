/**
 * A bounded cache with expiring entries. When it is full, the least recently used entry is evicted.
 */
import type { Ms } from '../base/clock.js'

/** Times are the caller's, by any clock. */
export class Cache<V> {
  private readonly capacity: number
  /** In order of last use: a Map keeps insertion order. */
  private readonly entries = new Map<string, { readonly value: V; readonly untilMs: Ms }>()

  /** `capacity`: the maximum number of entries, at least 1. */
  constructor(capacity: number) {
    this.capacity = capacity
  }

  /** Returns the value of `key`; undefined if there is none or it has expired at `atMs`. */
  get(key: string, atMs: Ms): V | undefined {
    const entry = this.entries.get(key)
    if (entry === undefined) return undefined
    this.entries.delete(key)
    if (atMs >= entry.untilMs) return undefined
    this.entries.set(key, entry)
    return entry.value
  }

  /** Stores `value` under `key` until `untilMs` or its eviction. */
  set(key: string, value: V, untilMs: Ms): void {
    this.entries.delete(key)
    if (this.entries.size >= this.capacity) this.entries.delete(this.entries.keys().next().value!)
    this.entries.set(key, { value, untilMs })
  }
}
