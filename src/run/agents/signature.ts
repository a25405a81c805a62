/**
 * Signatures of what passes a broker (HMAC-SHA256, RFC 2104), since whoever may publish there could command the agents.
 * Nothing is encrypted: that is the job of the broker's TLS.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** The variable with the secret that all members of a cluster share. */
export const KEY_VARIABLE = 'PERFCTL_CLUSTER_KEY'

const SIGNATURE_BYTES = 32

/** A key that all members of a cluster share, or one that two of them derived from it for one run. */
export class SigningKey {
  private readonly secret: string | Uint8Array

  /** An empty secret signs, too, but anybody could have: only a broker on this machine may do with it. */
  constructor(secret: string | Uint8Array) {
    this.secret = secret
  }

  /** The key of one run. Both sides contribute a value that they never use again, so old messages fit no new run. */
  derive(offer: string, run: string): SigningKey {
    return new SigningKey(createHmac('sha256', this.secret).update(`run ${offer} ${run}`).digest())
  }

  /** The signature of a message for that subject, followed by the message. */
  sign(subject: string, ...parts: readonly Uint8Array[]): Buffer {
    return Buffer.concat([this.signatureOf(subject, parts), ...parts])
  }

  /** The message, if it was signed with this key for that subject; otherwise null. */
  open(subject: string, bytes: Uint8Array): Buffer | null {
    if (bytes.length < SIGNATURE_BYTES) return null
    const message = unsignedMessage(bytes)
    const isRight = timingSafeEqual(bytes.subarray(0, SIGNATURE_BYTES), this.signatureOf(subject, [message]))
    return isRight ? message : null
  }

  private signatureOf(subject: string, parts: readonly Uint8Array[]): Buffer {
    const hmac = createHmac('sha256', this.secret).update(subject).update('\n')
    for (const part of parts) hmac.update(part)
    return hmac.digest()
  }
}

/** What comes after the signature, whoever signed it. */
export function unsignedMessage(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(SIGNATURE_BYTES)
}
