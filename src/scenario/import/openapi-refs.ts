/**
 * `$ref` within an OpenAPI document.
 */
import { type Foreign, field, isForeign } from './foreign.js'
import type { Notes } from './notes.js'

/** References to references end somewhere. */
const CHAIN_MAX = 50

/** What a reference leads to. */
export interface Resolved {
  readonly value: Foreign
  /** The last reference on the way; null when there was none. */
  readonly ref: string | null
}

/** The references of one document. */
export class Refs {
  private readonly root: unknown
  private readonly notes: Notes

  constructor(root: unknown, notes: Notes) {
    this.root = root
    this.notes = notes
  }

  /** What a value stands for: itself, or what its `$ref` leads to. An empty map, with a note, where that's nowhere. */
  resolve(value: unknown): Resolved {
    let at = value
    let ref: string | null = null
    for (let n = 0; n < CHAIN_MAX; n++) {
      const next = field(at, '$ref')
      if (typeof next !== 'string') return { value: isForeign(at) ? at : {}, ref }
      // Keys beside a reference count in OpenAPI 3.1; the reference itself wins where both say something.
      const { $ref, ...beside } = at as Foreign
      const found = this.find(next)
      at = isForeign(found) ? { ...beside, ...found } : found
      ref = next
      if (found === undefined) this.notes.add('references that lead nowhere (other files are not read)', next)
    }
    return { value: {}, ref }
  }

  private find(ref: string): unknown {
    if (!ref.startsWith('#')) return undefined
    return ref
      .slice(1)
      .split('/')
      .slice(1)
      .reduce((at: unknown, step) => {
        const key = decode(step).replaceAll('~1', '/').replaceAll('~0', '~')
        return Array.isArray(at) ? at[Number(key)] : field(at, key)
      }, this.root)
  }
}

function decode(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    return step
  }
}
