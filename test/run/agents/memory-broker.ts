/**
 * A broker within one process that can lose, repeat, reorder and delay what it carries, and be away.
 */
import { now } from '../../../src/base/clock.js'
import type { Broker } from '../../../src/run/agents/broker.js'

/** What happens to a message: how often it arrives, and after which times in ms. */
type Fate = (subject: string, bytes: Uint8Array) => readonly number[]

/** The broker itself; each client has a connection of its own. */
export class MemoryBroker {
  fate: Fate = () => [0]
  /** Everything that was published. */
  readonly published: { readonly subject: string; readonly bytes: Uint8Array }[] = []
  private readonly listeners = new Set<{
    readonly subject: string
    readonly take: (bytes: Uint8Array) => void
  }>()
  private readonly backs = new Set<() => void>()
  private downSince: number | null = null

  /** Until {@link start}, whatever is published is lost. */
  stop(): void {
    this.downSince ??= now()
  }

  start(): void {
    this.downSince = null
    for (const back of this.backs) back()
  }

  /** Delivers these bytes, whoever made them. */
  inject(subject: string, bytes: Uint8Array): void {
    for (const listener of this.listeners) if (listener.subject === subject) listener.take(bytes)
  }

  connect({ bytesMax = 1_000_000 } = {}): Broker {
    const memory = this
    return {
      address: 'memory',
      bytesMax,
      get downSince() {
        return memory.downSince
      },
      publish(subject, bytes) {
        if (bytes.length > bytesMax) throw new Error(`${bytes.length} bytes are too many`)
        memory.published.push({ subject, bytes })
        if (memory.downSince !== null) return
        for (const delay of memory.fate(subject, bytes))
          setTimeout(() => memory.inject(subject, bytes), delay)
      },
      subscribe(subject, take) {
        const listener = { subject, take }
        memory.listeners.add(listener)
        return () => memory.listeners.delete(listener)
      },
      onBack(listener) {
        memory.backs.add(listener)
        return () => memory.backs.delete(listener)
      },
      ended: new Promise(() => {}),
      close: async () => {},
    }
  }

  /** How many subscriptions there are. */
  get subscriptions(): number {
    return this.listeners.size
  }
}
