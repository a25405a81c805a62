/**
 * The connection to a message broker, NATS. The package that speaks its protocol is loaded only here, and only when it is
 * used: perfctl doesn't depend on it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Ms, now } from '../../base/clock.js'
import { codeOf, messageOf, userError } from '../../base/errors.js'
import { decodePercent } from '../../base/receiver-headers.js'
import { hostAndPort } from '../../load/http/connect/route.js'

/** A connection to a broker. It is made again when it's lost; what is published meanwhile may be lost. */
export interface Broker {
  /** For messages, without credentials. */
  readonly address: string
  /** The longest message that it takes. */
  readonly bytesMax: number
  /** Since when it doesn't answer; null while it does. */
  readonly downSince: Ms | null
  publish(subject: string, bytes: Uint8Array): void
  /** Calls back with each message. In `subject`, `*` stands for any one part. Returns a function to unsubscribe. */
  subscribe(subject: string, listener: (bytes: Uint8Array) => void): () => void
  /** Calls back whenever a lost connection is made again. Returns a function to unsubscribe. */
  onBack(listener: () => void): () => void
  /** Resolves with the reason when the broker refuses a subject, or will not be reached again. */
  readonly ended: Promise<string>
  close(): Promise<void>
}

/** How to reach a broker. */
export interface BrokerOptions {
  readonly servers: readonly URL[]
  /** The content of a credentials file of NATS; null if none is needed. */
  readonly creds: Uint8Array | null
  /** Shown in the broker's list of connections. */
  readonly name: string
}

const CONNECT_MS: Ms = 5000

/** A lost connection is tried again so often. */
const RETRY_MS: Ms = 250

/** A connection without an answer to two of these is made again. */
const PING_MS: Ms = 2000

/** How often the broker is asked whether it is there, and after which time without an answer it isn't. */
const PULSE_MS: Ms = 500
const SILENT_MS: Ms = 1500

/** Nobody waits longer for a broker that hangs. */
const FLUSH_MS: Ms = 1000

const PACKAGE = '@nats-io/transport-node'

/** Loads the package. Throws a UserError (exit 2) if it isn't installed. */
export function loadNats(): Promise<typeof import('@nats-io/transport-node')> {
  return import('@nats-io/transport-node').catch((error) => {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error
    throw userError(
      `agents at a broker need the package ${PACKAGE}`,
      `install it beside perfctl: npm install ${PACKAGE}`,
    )
  })
}

/** Connects to a broker. Throws a UserError (exit 3) if that fails, or (exit 2) if the package for it isn't installed. */
export async function openBroker({ servers, creds, name }: BrokerOptions): Promise<Broker> {
  const nats = await loadNats()
  const address = servers.map(({ protocol, host }) => `${protocol}//${host}`).join(',')
  const [{ username, password }] = servers as [URL]
  const login =
    password === '' ? { token: decode(username) } : { user: decode(username), pass: decode(password) }
  const connection = await nats
    .connect({
      servers: servers.map(({ host }) => host),
      name,
      ...(username !== '' && login),
      ...(creds !== null && { authenticator: nats.credsAuthenticator(creds) }),
      // For a server that is named by its address, the package wouldn't know whose certificate it should be.
      ...(servers.every(isEncrypted) && { tls: { host: hostAndPort(servers[0]!.href).host } as object }),
      timeout: CONNECT_MS,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RETRY_MS,
      pingInterval: PING_MS,
      noAsyncTraces: true,
    })
    .catch((error) => {
      throw userError(
        `the broker ${address} can't be reached: ${messageOf(error)}`,
        'check that it is running, that this is its address, and its credentials',
        'run',
      )
    })
  let downSince: Ms | null = null
  let answeredAt = now()
  let isAsked = false
  // A connection can hang without an end.
  const pulse = setInterval(() => {
    if (isAsked || downSince !== null) return
    isAsked = true
    connection
      .rtt()
      .then(
        () => {
          answeredAt = now()
        },
        () => {},
      )
      .finally(() => {
        isAsked = false
      })
  }, PULSE_MS)
  pulse.unref()
  const listeners = new Set<() => void>()
  let refuse: (reason: string) => void = () => {}
  const refused = new Promise<string>((resolve) => {
    refuse = resolve
  })
  const watch = async () => {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') downSince ??= now()
      else if (status.type === 'reconnect') {
        downSince = null
        answeredAt = now()
        for (const listener of listeners) listener()
      } else if (status.type === 'error') {
        const { error } = status
        if (error instanceof nats.PermissionViolationError) refuse(`it does not allow ${error.subject}`)
      }
    }
  }
  watch()
  return {
    address,
    bytesMax: connection.info?.max_payload ?? 1_000_000,
    get downSince() {
      return downSince ?? (now() - answeredAt > SILENT_MS ? answeredAt : null)
    },
    publish: (subject, bytes) => {
      if (!connection.isClosed()) connection.publish(subject, bytes)
    },
    subscribe(subject, listener) {
      const subscription = connection.subscribe(subject, {
        callback: (error, message) => {
          if (error === null) listener(message.data)
        },
      })
      return () => subscription.unsubscribe()
    },
    onBack(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    ended: Promise.race([
      refused,
      connection.closed().then((error) => (error ? messageOf(error) : 'the connection was closed')),
    ]),
    async close() {
      clearInterval(pulse)
      // What was published last may still be on its way to the broker.
      if (downSince === null && !connection.isClosed())
        await Promise.race([connection.flush().catch(() => {}), sleep(FLUSH_MS, undefined, { ref: false })])
      await connection.close()
    },
  }
}

/** Whether nobody on the way can read what is sent there. */
export function isEncrypted({ protocol }: URL): boolean {
  return protocol === 'tls:'
}

function decode(text: string): string {
  return decodePercent(text) ?? text
}
