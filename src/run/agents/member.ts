/**
 * A member of a cluster: an agent that waits for runs, and serves one at a time.
 */
import { wallTime } from '../../base/clock.js'
import { readEnvironment } from '../../base/host.js'
import { randomToken } from '../../base/rng.js'
import type { Channel } from './channel.js'
import { PROTOCOL } from './messages.js'
import {
  type ClusterOptions,
  type Presence,
  publishSigned,
  readClaim,
  readQuestion,
  readSender,
  SUBJECTS,
  subscribeSigned,
} from './presence.js'
import { openStream } from './stream.js'

/** What a member needs to know. */
export interface MemberOptions extends ClusterOptions {
  readonly name: string
  /** Serves a run; resolves when it's over, with whether the agent had a part in it. */
  readonly serve: (channel: Channel) => Promise<boolean>
  /** Leaves the cluster after a run in which it had a part. */
  readonly once: boolean
  /** Leaves the cluster; the run that is being served has to be ended by `serve`. */
  readonly signal: AbortSignal
  /** Called for each question that is signed with another key. */
  readonly onStranger: () => void
}

/** Serves the runs of a cluster. Resolves when it has left the cluster, with the reason if it had to. */
export async function joinCluster(options: MemberOptions): Promise<string | null> {
  const { broker, cluster, key, name, serve, once, signal, onStranger } = options
  const id = randomToken()
  let offer = randomToken()
  let served: { readonly run: string; readonly work: Promise<void> } | null = null
  let leave: (reason: string | null) => void = () => {}
  const left = new Promise<string | null>((resolve) => {
    leave = resolve
  })
  const here = (round: number): Presence => ({
    type: 'here',
    round,
    id,
    name,
    protocol: PROTOCOL,
    environment: readEnvironment(),
    wallMs: wallTime().getTime(),
    isBusy: served !== null,
    offer,
  })
  const unsubscribe = [
    subscribeSigned(options, SUBJECTS.who(cluster), {
      read: readQuestion,
      take: ({ from, round }) => publishSigned(options, SUBJECTS.answers(cluster, from), here(round)),
      takeUnsigned(bytes) {
        onStranger()
        // An answer with the wrong signature says no more than that somebody is there.
        const from = readSender(bytes)
        if (from !== null) publishSigned(options, SUBJECTS.answers(cluster, from), {})
      },
    }),
    subscribeSigned(options, SUBJECTS.claims(cluster, id), {
      read: readClaim,
      take: (claim) => {
        if (served === null && claim.offer === offer) {
          const channel = openStream({
            broker,
            out: SUBJECTS.run(cluster, claim.run, id, 'up'),
            in: SUBJECTS.run(cluster, claim.run, id, 'down'),
            key: key.derive(offer, claim.run),
          })
          const work = serve(channel).then((hadPart) => {
            served = null
            offer = randomToken()
            if (once && hadPart) leave(null)
          })
          served = { run: claim.run, work }
        }
        // Claims are repeated: an answer may be lost.
        const type = served?.run === claim.run ? 'claimed' : 'busy'
        publishSigned(options, SUBJECTS.answers(cluster, claim.from), { type, id, run: claim.run })
      },
    }),
  ]
  signal.addEventListener('abort', () => leave(null))
  if (signal.aborted) leave(null)
  broker.ended.then(leave)
  const reason = await left
  for (const end of unsubscribe) end()
  await (served as { readonly work: Promise<void> } | null)?.work
  return reason
}
