/**
 * The messages by which perfctl finds the agents of a cluster and claims them for a run. All of them are signed; where
 * they go, and for whom they are meant, is part of what is signed.
 */
import type { Ms } from '../../base/clock.js'
import type { Environment } from '../../base/host.js'
import { Shape, ShapeError, text } from '../../base/shape.js'
import type { Broker } from './broker.js'
import { readEnvironment } from './messages.js'
import { type SigningKey, unsignedMessage } from './signature.js'

/** A cluster's place on a broker. */
export interface ClusterOptions {
  readonly broker: Broker
  /** Letters, digits, `-` and `_`. */
  readonly cluster: string
  readonly key: SigningKey
}

/** The subjects of a cluster. Ids are tokens that nobody else has. */
export const SUBJECTS = {
  /** Who is there? */
  who: (cluster: string) => `perfctl.${cluster}.who`,
  /** For who asked. */
  answers: (cluster: string, id: string) => `perfctl.${cluster}.answers.${id}`,
  /** For one agent. */
  claims: (cluster: string, id: string) => `perfctl.${cluster}.claims.${id}`,
  /** What a run and one of its agents exchange: orders go down, answers up. */
  run: (cluster: string, run: string, agent: string, way: 'down' | 'up') =>
    `perfctl.${cluster}.runs.${run}.${agent}.${way}`,
}

/** Asks who is there; the answers are for `from`. */
export interface Question {
  readonly from: string
  /** Comes back with each answer. */
  readonly round: number
}

/** An agent that is there. */
export interface Presence {
  readonly type: 'here'
  readonly round: number
  readonly id: string
  readonly name: string
  readonly protocol: number
  readonly environment: Environment
  /** By its own clock, in ms since 1970. */
  readonly wallMs: Ms
  /** Whether another run has it. */
  readonly isBusy: boolean
  /** A claim has to repeat it. Each is good for one run, so that no claim can be repeated. */
  readonly offer: string
}

/** Wants an agent for a run. */
export interface Claim {
  readonly from: string
  readonly run: string
  readonly offer: string
}

/** What an agent says to a claim. */
export interface ClaimAnswer {
  readonly type: 'claimed' | 'busy'
  readonly id: string
  readonly run: string
}

/** Publishes a signed message. */
export function publishSigned({ broker, key }: ClusterOptions, subject: string, message: object): void {
  broker.publish(subject, key.sign(subject, Buffer.from(JSON.stringify(message))))
}

/** Calls back with each message for the subject that is signed and that `read` takes, and for each that isn't signed. */
export function subscribeSigned<T>(
  { broker, key }: ClusterOptions,
  subject: string,
  {
    read,
    take,
    takeUnsigned = () => {},
  }: {
    readonly read: (shape: Shape) => T
    readonly take: (message: T) => void
    readonly takeUnsigned?: (bytes: Uint8Array) => void
  },
): () => void {
  return broker.subscribe(subject, (bytes) => {
    const message = key.open(subject, bytes)
    if (message === null) {
      takeUnsigned(bytes)
      return
    }
    let parsed: T
    try {
      parsed = read(Shape.parse(message.toString()))
    } catch (error) {
      // Of another version of perfctl, which says so in messages that all versions can read.
      if (error instanceof ShapeError) return
      throw error
    }
    take(parsed)
  })
}

/** Reads a question. */
export function readQuestion(shape: Shape): Question {
  return { from: readId(shape.get('from')), round: shape.get('round').count() }
}

/** Whom to answer a question that is signed with another key; null if it is no question. */
export function readSender(bytes: Uint8Array): string | null {
  try {
    return readQuestion(Shape.parse(unsignedMessage(bytes).toString())).from
  } catch (error) {
    if (error instanceof ShapeError) return null
    throw error
  }
}

/** Reads a claim. */
export function readClaim(shape: Shape): Claim {
  return {
    from: readId(shape.get('from')),
    run: readId(shape.get('run')),
    offer: shape.get('offer').text(),
  }
}

/** Reads what an agent answers. */
export function readAgentAnswer(shape: Shape): Presence | ClaimAnswer {
  const type = shape.get('type').oneOf(['here', 'claimed', 'busy'] as const)
  const id = readId(shape.get('id'))
  if (type !== 'here') return { type, id, run: readId(shape.get('run')) }
  return {
    type,
    round: shape.get('round').count(),
    id,
    name: shape.get('name').text(),
    protocol: shape.get('protocol').count(),
    environment: readEnvironment(shape.get('environment')),
    wallMs: shape.get('wallMs').number(),
    isBusy: shape.get('isBusy').flag(),
    offer: shape.get('offer').text(),
  }
}

/** An id is a part of a subject, so it must not have a `.` or `*`. */
function readId(shape: Shape): string {
  const id = text(shape)
  return /^[\w-]{1,64}$/.test(id) ? id : shape.fail('an id')
}
