/**
 * What the service says about itself in SETTINGS (RFC 9113, section 6.5).
 */
import { ConnectionFault, ErrorCode } from './errors.js'
import { FRAME_BYTES_MAX, LARGEST, readUint32, Setting, WINDOW_BYTES } from './frames.js'

/** The number of streams until the service has announced its limit (section 6.5.2 recommends at least 100). */
const STREAMS_FIRST = 100
const SETTING_BYTES = 6
const FRAME_BYTES_LARGEST = 2 ** 24 - 1

/** The settings of one connection. */
export class ServiceSettings {
  /** How many streams may be open at once. */
  streamsMost = STREAMS_FIRST
  /** The window of a new stream. */
  windowBytes = WINDOW_BYTES
  /** The largest payload of a frame. */
  frameBytesMost = FRAME_BYTES_MAX
  private haveCome = false

  /** Takes the payload of a SETTINGS frame. Throws a {@link ConnectionFault} if it is invalid. */
  take(bytes: Uint8Array, from: number, to: number, onTableBytes: (bytes: number) => void): void {
    if ((to - from) % SETTING_BYTES !== 0)
      throw new ConnectionFault(ErrorCode.frameSizeError, 'invalid SETTINGS')
    if (!this.haveCome) this.streamsMost = Number.POSITIVE_INFINITY
    this.haveCome = true
    for (let at = from; at < to; at += SETTING_BYTES) {
      const value = readUint32(bytes, at + 2)
      switch ((bytes[at]! << 8) | bytes[at + 1]!) {
        case Setting.headerTableSize:
          onTableBytes(value)
          break
        case Setting.enablePush:
          if (value !== 0) throw new ConnectionFault(ErrorCode.protocolError, 'invalid SETTINGS')
          break
        case Setting.maxConcurrentStreams:
          this.streamsMost = value
          break
        case Setting.initialWindowSize:
          if (value > LARGEST) throw new ConnectionFault(ErrorCode.flowControlError, 'invalid SETTINGS')
          this.windowBytes = value
          break
        case Setting.maxFrameSize:
          if (value < FRAME_BYTES_MAX || value > FRAME_BYTES_LARGEST)
            throw new ConnectionFault(ErrorCode.protocolError, 'invalid SETTINGS')
          this.frameBytesMost = value
          break
      }
    }
  }
}
