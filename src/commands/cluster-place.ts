/**
 * `--nats`, `--cluster` and `--creds`: where agents and those who want them meet.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { messageOf, type Problem, UserError, userError } from '../base/errors.js'
import type { Io } from '../base/io.js'
import { isEncrypted, openBroker } from '../run/agents/broker.js'
import type { ClusterOptions } from '../run/agents/presence.js'
import { KEY_VARIABLE, SigningKey } from '../run/agents/signature.js'
import type { Wrong } from './option-values.js'

/** The flags, as parsed by commander. */
export interface RawClusterFlags {
  readonly nats?: string | undefined
  readonly cluster?: string | undefined
  readonly creds?: string | undefined
}

/** A cluster on a broker. */
export interface ClusterPlace {
  /** Servers of one broker; at least one. */
  readonly servers: readonly URL[]
  readonly cluster: string
  /** The path of a credentials file. */
  readonly creds: string | undefined
  /** Whether nobody on the way to the broker can read along. */
  readonly isEncrypted: boolean
}

/** What to write for `--nats`. */
export const NATS_HINT = 'write, for example, --nats nats://localhost:4222'

const CLUSTER_DEFAULT = 'perfctl'
const PORT_DEFAULT = '4222'

/** Reads the flags; undefined without `--nats`, or if one is wrong, which is reported. */
export function readClusterPlace(
  { nats, cluster, creds }: RawClusterFlags,
  wrong: Wrong,
): ClusterPlace | undefined {
  if (nats === undefined) return undefined
  const servers = nats.split(',').map(readServer)
  if (servers.some((server) => server === null)) {
    // The text is not shown: it may have a password.
    wrong('--nats: not the URL of a broker', `${NATS_HINT}, or tls:// for an encrypted connection`)
    return undefined
  }
  const name = cluster ?? CLUSTER_DEFAULT
  if (!/^[\w-]{1,64}$/.test(name)) {
    wrong(
      `--cluster ${name}: not the name of a cluster`,
      'use letters, digits, - and _, such as --cluster staging',
    )
    return undefined
  }
  const urls = servers.filter((server) => server !== null)
  return { servers: urls, cluster: name, creds, isEncrypted: urls.every(isEncrypted) }
}

/** Reads the flags of a command that needs a cluster. Throws a UserError that lists what is wrong. */
export function requireClusterPlace(raw: RawClusterFlags): ClusterPlace {
  const problems: Problem[] = []
  const place = readClusterPlace(raw, (message, hint) => problems.push({ message, place: null, hint }))
  if (problems.length > 0) throw new UserError(problems)
  if (place === undefined)
    throw userError('--nats is missing: the broker by which agents are reached', NATS_HINT)
  return place
}

function readServer(text: string): URL | null {
  const full = /^\w+:\/\//.test(text) ? text : `nats://${text}`
  // URLs of other schemes may have no port by default and any host.
  const url = /^(nats|tls):\/\/[^/?#]+\/?$/.test(full) && URL.canParse(full) ? new URL(full) : null
  if (url === null || url.hostname === '') return null
  if (url.port === '') url.port = PORT_DEFAULT
  return url
}

/**
 * Connects to the broker. Throws a UserError if it can't be reached (exit 3), and (exit 2) if the key is missing: only the
 * broker on one's own machine does without.
 */
export async function openCluster(
  { servers, cluster, creds }: ClusterPlace,
  { env, cwd }: Io,
  name: string,
): Promise<ClusterOptions> {
  const secret = env[KEY_VARIABLE] ?? ''
  if (secret === '' && !servers.every(isLocal)) {
    throw userError(
      `${KEY_VARIABLE} is not set: whoever reaches the broker could command the agents`,
      'set it to the same secret on all machines, such as one made by: openssl rand -hex 32',
    )
  }
  const broker = await openBroker({
    servers,
    creds: creds === undefined ? null : readCreds(resolve(cwd, creds)),
    name,
  })
  return { broker, cluster, key: new SigningKey(secret) }
}

function readCreds(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (error) {
    throw userError(`--creds: ${messageOf(error)}`, 'name the credentials file of NATS')
  }
}

function isLocal({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname)
}
