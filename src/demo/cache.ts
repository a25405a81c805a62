/**
 * A cache of bounded size whose entries expire: when it's full, the entry that was unused for longest goes.
 */
import type { Ms } from '../base/clock.js'

/** The moments are the caller's: any clock will do as long as it's always the same one. */
export class Cache<V> {
  private readonly capacity: number
  /** In the order of their last use: a Map keeps the order in which keys were inserted. */
  private readonly entries = new Map<string, { readonly value: V; readonly untilMs: Ms }>()

  /** `capacity`: how many entries there may be, at least 1. */
  constructor(capacity: number) {
    this.capacity = capacity
  }

  /** The value under `key`; undefined when there is none or its time was over at `atMs`. */
  get(key: string, atMs: Ms): V | undefined {
    const entry = this.entries.get(key)
    if (entry === undefined) return undefined
    this.entries.delete(key)
    if (atMs >= entry.untilMs) return undefined
    this.entries.set(key, entry)
    return entry.value
  }

  /** Keeps `value` under `key` until `untilMs`, or until the room is needed. */
  set(key: string, value: V, untilMs: Ms): void {
    this.entries.delete(key)
    if (this.entries.size >= this.capacity) this.entries.delete(this.entries.keys().next().value!)
    this.entries.set(key, { value, untilMs })
  }
}
