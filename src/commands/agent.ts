/**
 * `perfctl agent`: sends a part of a load that another machine's `perfctl run` or `perfctl capacity` shows and judges.
 */
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Ms, now, wallTime } from '../base/clock.js'
import { type Problem, UserError, userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import type { Io } from '../base/io.js'
import { formatDuration } from '../base/units.js'
import { type AgentOptions, serveAgent } from '../run/agents/agent.js'
import type { AgentLimits } from '../run/agents/limits.js'
import { joinCluster } from '../run/agents/member.js'
import type { ClusterOptions } from '../run/agents/presence.js'
import { openStdio } from '../run/agents/stdio.js'
import { listOwnProxies, readJob } from './agent-job.js'
import { type ClusterPlace, openCluster, type RawClusterFlags, requireClusterPlace } from './cluster-place.js'
import { readRate } from './option-values.js'

/** The flags, as parsed by commander. */
export interface AgentFlags extends RawClusterFlags {
  readonly stdio?: boolean
  readonly name?: string
  readonly once?: boolean
  readonly allowTarget?: readonly string[]
  readonly maxRate?: string
}

/** A broker that isn't there yet is tried again so often. */
const RETRY_MS: Ms = 1000

/** Serves one run by standard input and output, or those of a cluster. The coordinator judges them, so the exit code is 0. */
export async function agent(flags: AgentFlags, io: Io): Promise<ExitCode> {
  const { stdio = false, nats, name = hostname(), once = false } = flags
  if (stdio === (nats !== undefined)) {
    throw userError(
      stdio
        ? "--stdio can't be used with --nats: an agent has one way to its coordinator"
        : 'perfctl agent needs a way to its coordinator',
      stdio
        ? 'keep one of them'
        : "add --nats nats://host:4222 to wait for runs there; or add --stdio, and start it from there: perfctl run scenario.yaml --agent 'ssh load1 perfctl agent --stdio'",
    )
  }
  if (stdio && once)
    throw userError('--once: with --stdio, an agent always ends after one run', 'remove one of them')
  const options = {
    name,
    limits: readLimits(flags, io),
    readJob: (job) => readJob(job, io.env),
  } satisfies AgentOptions
  if (nats !== undefined) {
    const say = (text: string) => io.stdout.write(`${wallTime().toISOString()} ${text}\n`)
    await waitForRuns(requireClusterPlace(flags), { ...options, once, say }, io)
    return EXIT.passed
  }
  // The coordinator ends its agents itself; a signal to the whole group must not end them before.
  const ignore = io.onSignal(() => {})
  await serveAgent(openStdio(io), options)
  ignore()
  return EXIT.passed
}

function readLimits({ allowTarget = [], maxRate }: AgentFlags, io: Io): AgentLimits {
  const problems: Problem[] = []
  const wrong = (message: string, hint: string) => problems.push({ message, place: null, hint })
  for (const host of allowTarget) {
    if (!/^[\w.*:-]+$/.test(host))
      wrong(
        `--allow-target ${host}: not a host`,
        "write a host without scheme and port, such as '*.staging.example'",
      )
  }
  const ratePerSecond = readRate(maxRate, wrong, '--max-rate') ?? null
  if (problems.length > 0) throw new UserError(problems)
  return {
    hosts: allowTarget.length === 0 ? null : allowTarget,
    proxies: listOwnProxies(io.env),
    ratePerSecond,
  }
}

/** How runs are waited for. */
export interface WaitOptions extends AgentOptions {
  /** Ends after a run in which it had a part. */
  readonly once: boolean
  /** How long a run is waited for. Default: until a signal. */
  readonly waitMs?: Ms
  /** Is told what happens, a line at a time. */
  readonly say: (text: string) => void
}

/** How often it is looked whether the wait is over. */
const LOOK_MS: Ms = 500

/**
 * Serves the runs of a cluster until a signal, whose name is returned; null if it ended without one. Throws a UserError (exit 3)
 * if no run came in time, or the broker is of no use.
 */
export async function waitForRuns(
  place: ClusterPlace,
  options: WaitOptions,
  io: Io,
): Promise<'SIGINT' | 'SIGTERM' | null> {
  const { waitMs = Number.POSITIVE_INFINITY } = options
  const quit = new AbortController()
  let signal: 'SIGINT' | 'SIGTERM' | null = null
  const forget = io.onSignal((name) => {
    signal = name
    quit.abort()
  })
  let idleSince: Ms | null = now()
  let isTooLate = false
  const watch = setInterval(() => {
    isTooLate ||= idleSince !== null && now() - idleSince > waitMs
    if (isTooLate) quit.abort()
  }, LOOK_MS)
  try {
    await serveCluster(place, options, io, {
      signal: quit.signal,
      onBusy: (isBusy) => {
        idleSince = isBusy ? null : now()
      },
    })
  } finally {
    clearInterval(watch)
    forget()
  }
  if (!isTooLate) return signal
  throw userError(
    `nobody wanted this machine as an agent within ${formatDuration(waitMs)}`,
    'start the machine that directs the others, or wait longer with --agents-wait',
    'run',
  )
}

async function serveCluster(
  place: ClusterPlace,
  options: WaitOptions,
  io: Io,
  { signal, onBusy }: { readonly signal: AbortSignal; readonly onBusy: (isBusy: boolean) => void },
): Promise<void> {
  const { name, once, say } = options
  const cluster = await waitForBroker(place, io, { name, signal, say })
  if (cluster === null) return
  say(`${name} waits for runs of cluster ${place.cluster} at ${cluster.broker.address}`)
  let hasMetStranger = false
  const reason = await joinCluster({
    ...cluster,
    name,
    once,
    signal,
    async serve(channel) {
      onBusy(true)
      const hadPart = await serveAgent(channel, {
        ...options,
        signal,
        readJob: (job) => {
          say(`sends its part of ${job.file}`)
          return options.readJob(job)
        },
      })
      onBusy(false)
      if (hadPart) say('the run is over')
      return hadPart
    },
    onStranger: () => {
      if (!hasMetStranger) say('someone asks for agents with another PERFCTL_CLUSTER_KEY')
      hasMetStranger = true
    },
  })
  await cluster.broker.close()
  if (reason === null) return
  throw userError(
    `the broker ${cluster.broker.address}: ${reason}`,
    `check its credentials: they have to allow perfctl.${place.cluster}.>`,
    'run',
  )
}

/** Agents and their broker often start together. Null if the wait is ended before. */
async function waitForBroker(
  place: ClusterPlace,
  io: Io,
  {
    name,
    signal,
    say,
  }: { readonly name: string; readonly signal: AbortSignal; readonly say: (text: string) => void },
): Promise<ClusterOptions | null> {
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    try {
      return await openCluster(place, io, `perfctl agent ${name}`)
    } catch (error) {
      if (!(error instanceof UserError) || error.kind !== 'run') throw error
      if (isFirst) say(`${error.message}; trying again`)
      await sleep(RETRY_MS, undefined, { signal }).catch(() => {})
    }
  }
  return null
}
