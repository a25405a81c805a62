/**
 * A channel by way of a broker, which may lose, repeat and delay what it carries: pieces of the lines are numbered, signed,
 * acknowledged, and sent again if need be (go-back-N), so a broker that is restarted in the middle costs nothing.
 */
import { type Ms, now } from '../../base/clock.js'
import { formatDuration } from '../../base/units.js'
import type { Broker } from './broker.js'
import { type Channel, Lines, lineOf, Receiver } from './channel.js'
import type { SigningKey } from './signature.js'

/** Where a stream's messages go and come from. */
export interface StreamOptions {
  readonly broker: Broker
  /** The subjects that this side publishes and listens to. */
  readonly out: string
  readonly in: string
  /** Of this run. */
  readonly key: SigningKey
}

/** The longest piece. Brokers take 1 MB by default. */
const PIECE_MAX = 256_000

/** What is published beside a piece: its signature and numbers. */
const OVERHEAD = 100

/** Pieces on the way at once: more would fill the buffers of the broker, which then cuts the connection. */
const WINDOW = 32

/** Without an acknowledgement for so long, pieces are sent again. */
const RESEND_MS: Ms = 1000
const CHECK_MS: Ms = 250

/** Soon after, agents stop by themselves. */
const DOWN_MAX_MS: Ms = 7500

/** The other side gets this long to acknowledge the last pieces. */
const CLOSE_MS: Ms = 3000

/** A piece without bytes ends the stream. */
const NOTHING = new Uint8Array(0)

/** Opens one side of a stream; the other one has the subjects swapped. */
export function openStream(options: StreamOptions): Channel {
  return new Stream(options)
}

class Stream implements Channel {
  private readonly options: StreamOptions
  private readonly receiver = new Receiver()
  private readonly lines = new Lines()
  private readonly pieceMax: number
  private readonly dispose: readonly (() => void)[]
  /** Pieces that were not sent yet. */
  private waiting: Uint8Array[] = []
  /** Pieces that were not acknowledged yet. The first has the number after `acknowledged`. */
  private sent: Uint8Array[] = []
  private acknowledged = 0
  private progressAt: Ms = now()
  /** The number of the last piece that arrived. */
  private received = 0
  private owesAcknowledgement = false
  private isClosing = false
  private hasOtherEnded = false
  private finish: () => void = () => {}

  constructor(options: StreamOptions) {
    const { broker } = options
    this.options = options
    this.pieceMax = Math.min(PIECE_MAX, broker.bytesMax - OVERHEAD)
    const timer = setInterval(() => this.check(), CHECK_MS)
    this.dispose = [
      broker.subscribe(options.in, (bytes) => this.read(bytes)),
      broker.onBack(() => this.sendAgain()),
      () => clearInterval(timer),
    ]
    broker.ended.then((reason) => this.receiver.finish(`the broker ${broker.address}: ${reason}`))
  }

  get isUp(): boolean {
    return this.options.broker.downSince === null
  }

  get heardAt(): Ms {
    return this.receiver.heardAt
  }

  send(message: object): void {
    this.sendLine(lineOf(message))
  }

  sendLine(bytes: Uint8Array): void {
    if (this.isClosing) return
    for (let at = 0; at < bytes.length; at += this.pieceMax)
      this.waiting.push(bytes.subarray(at, at + this.pieceMax))
    this.pump()
  }

  onLine(listener: (line: string) => void): void {
    this.receiver.onLine(listener)
  }

  onEnd(listener: (reason: string) => void): void {
    this.receiver.onEnd(listener)
  }

  async close({ isLost } = { isLost: false }): Promise<void> {
    if (!this.isClosing) {
      this.isClosing = true
      this.waiting.push(NOTHING)
      this.pump()
    }
    if (!isLost && !this.isDone) {
      await new Promise<void>((resolve) => {
        const deadline = setTimeout(resolve, CLOSE_MS)
        this.finish = () => {
          clearTimeout(deadline)
          resolve()
        }
      })
    }
    for (const dispose of this.dispose) dispose()
  }

  /** Whether the other side has everything, or doesn't want it any more. */
  private get isDone(): boolean {
    return this.hasOtherEnded || this.sent.length + this.waiting.length === 0
  }

  private pump(): void {
    const count = Math.min(this.waiting.length, WINDOW - this.sent.length)
    if (count > 0 && this.sent.length === 0) this.progressAt = now()
    for (const piece of this.waiting.splice(0, count)) {
      this.sent.push(piece)
      this.publish(this.acknowledged + this.sent.length, piece)
    }
  }

  private sendAgain(): void {
    this.progressAt = now()
    for (const [index, piece] of this.sent.entries()) this.publish(this.acknowledged + index + 1, piece)
  }

  /** Number 0 carries nothing but an acknowledgement. */
  private publish(number: number, piece: Uint8Array): void {
    const { broker, out, key } = this.options
    broker.publish(out, key.sign(out, Buffer.from(`${number} ${this.received}\n`), piece))
  }

  private read(bytes: Uint8Array): void {
    // What is not signed is nobody's business here, and must not be able to end a run.
    const message = this.options.key.open(this.options.in, bytes)
    const headEnd = message?.indexOf('\n') ?? -1
    if (message == null || headEnd < 0) return
    this.receiver.notice()
    const [number, acknowledged] = message.toString('latin1', 0, headEnd).split(' ').map(Number) as [
      number,
      number,
    ]
    this.takeAcknowledgement(acknowledged)
    if (number > 0) {
      if (!this.owesAcknowledgement) setImmediate(() => this.acknowledge())
      this.owesAcknowledgement = true
      // Earlier ones came twice; later ones will be sent again, after the missing one.
      if (number === this.received + 1) this.take(message.subarray(headEnd + 1))
    }
    if (this.isDone) this.finish()
  }

  private takeAcknowledgement(number: number): void {
    const count = Math.min(this.sent.length, number - this.acknowledged)
    if (!(count > 0)) return
    this.sent.splice(0, count)
    this.acknowledged += count
    this.progressAt = now()
    this.pump()
  }

  private take(piece: Uint8Array): void {
    this.received++
    if (piece.length === 0) {
      this.hasOtherEnded = true
      this.receiver.finish('it ended the connection')
      return
    }
    const lines = this.lines.add(piece)
    if (lines === null) this.receiver.finish('it sent a line that is too long')
    else for (const line of lines) this.receiver.take(line)
  }

  private acknowledge(): void {
    this.owesAcknowledgement = false
    this.publish(0, NOTHING)
  }

  private check(): void {
    const { address, downSince } = this.options.broker
    if (downSince !== null) {
      if (now() - downSince > DOWN_MAX_MS)
        this.receiver.finish(`the broker ${address} has been away for ${formatDuration(DOWN_MAX_MS)}`)
    } else if (this.sent.length > 0 && now() - this.progressAt > RESEND_MS) {
      this.sendAgain()
    }
  }
}
