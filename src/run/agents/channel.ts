/**
 * How the coordinator of a run and its agents exchange messages: one JSON document per line, by whatever carries lines.
 */
import { StringDecoder } from 'node:string_decoder'
import { type Ms, now } from '../../base/clock.js'

/** One end of a connection. */
export interface Channel {
  /** Does nothing after the end. */
  send(message: object): void
  /** The same for a message that several channels send: its JSON and a line break. */
  sendLine(line: Uint8Array): void
  /** Called with each line, in order. At most one listener; lines wait for it. */
  onLine(listener: (line: string) => void): void
  /** Called once when no more lines can come, with the reason; at once if that is so already. */
  onEnd(listener: (reason: string) => void): void
  /** Whether messages may pass now. A broker may be away for a while. */
  readonly isUp: boolean
  /** When anything came last, on the clock of `now`: a long line takes its time. At first, when it was opened. */
  readonly heardAt: Ms
  /** Ends the connection; resolves when nothing of it is left. One that is lost gets no time to end by itself. */
  close(how?: { readonly isLost: boolean }): Promise<void>
}

/** A message as a line. */
export function lineOf(message: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(message)}\n`)
}

/** The listeners of a channel, and what came before them. */
export class Receiver {
  /** See {@link Channel.heardAt}. */
  heardAt: Ms = now()
  private readonly lines: string[] = []
  private reason: string | null = null
  private hear: ((line: string) => void) | null = null
  private end: ((reason: string) => void) | null = null

  /** Something came. */
  notice(): void {
    this.heardAt = now()
  }

  onLine(listener: (line: string) => void): void {
    this.hear = listener
    for (const line of this.lines.splice(0)) listener(line)
  }

  onEnd(listener: (reason: string) => void): void {
    this.end = listener
    if (this.reason !== null) listener(this.reason)
  }

  take(line: string): void {
    if (this.reason !== null || line === '') return
    if (this.hear === null) this.lines.push(line)
    else this.hear(line)
  }

  finish(reason: string): void {
    if (this.reason !== null) return
    this.reason = reason
    this.end?.(reason)
  }
}

/** A job with its data files, at most. */
const LINE_MAX = 512_000_000

/** Splits bytes into lines. */
export class Lines {
  private readonly decoder = new StringDecoder('utf8')
  /** The pieces of a line whose end hasn't come yet, and their length. */
  private begun: string[] = []
  private length = 0

  /** The lines that these bytes complete. Null if a line is longer than any message: it would fill the memory. */
  add(bytes: Uint8Array): string[] | null {
    const parts = this.decoder.write(Buffer.from(bytes)).split('\n')
    const rest = parts.pop()!
    const lines = parts.map((part, index) => (index === 0 ? this.begun.join('') + part : part))
    if (lines.length > 0) {
      this.begun = []
      this.length = 0
    }
    this.begun.push(rest)
    this.length += rest.length
    return this.length > LINE_MAX ? null : lines
  }
}
