/**
 * `--shard` of a search for a capacity: several machines that run the same command. The load depends on what was measured, so they
 * need a connection: the first one directs the others, which are its agents, by a broker.
 */
import { hostname } from 'node:os'
import { type Problem, UserError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import type { Io } from '../base/io.js'
import { nameShard, type ShardNumber } from '../stats/shard.js'
import { type ClusterPlace, NATS_HINT } from './cluster-place.js'
import { collectProblems, parseRunFlags, type RawRunFlags, type RunFlags } from './run-options.js'
import { readVariables } from './scenario-files.js'
import { readShard } from './shard-option.js'

/** A machine that another one directs. */
interface SearchShard extends ShardNumber {
  readonly place: ClusterPlace
}

/** The flags of a search. */
interface SearchFlags {
  /** Their agents are those that `--shard` needs, if it is given. */
  readonly flags: RunFlags
  /** The shard of this machine; null if it directs the search. */
  readonly shard: SearchShard | null
}

/**
 * Parses the flags; `env` numbers the machine for `--shard auto`. Throws a UserError that lists all invalid ones.
 */
export function parseSearchFlags({ shard: text, ...raw }: RawRunFlags, env: Io['env']): SearchFlags {
  if (text === undefined) return { flags: parseRunFlags(raw, env), shard: null }
  const problems: Problem[] = []
  const wrong = (message: string, hint: string) => problems.push({ message, place: null, hint })
  if (raw.agent !== undefined)
    wrong("--shard can't be used with --agent: shards are agents", 'keep one of them')
  else if (raw.nats === undefined)
    wrong('--shard needs --nats: the broker by which the machines of a search agree on each load', NATS_HINT)
  if (raw.agents !== undefined)
    wrong("--shard can't be used with --agents: it says how many machines there are", 'remove --agents')
  const { index, of } = readShard(text, env, wrong) ?? { index: 1, of: 2 }
  const { agents: _, agent: __, ...rest } = raw
  let flags: RunFlags | undefined
  collectProblems(problems, () => {
    flags = parseRunFlags(
      { ...rest, ...(raw.nats !== undefined && { agents: String(Math.max(1, of - 1)) }) },
      env,
    )
  })
  if (problems.length > 0) throw new UserError(problems)
  const { agents } = flags!
  // One machine alone needs nobody.
  if (of === 1 || agents?.type !== 'cluster') return { flags: { ...flags!, agents: null }, shard: null }
  if (index > 1) return { flags: flags!, shard: { index, of, place: agents.place } }
  return { flags: { ...flags!, agents: { ...agents, sendsItself: true } }, shard: null }
}

/** Sends this machine's part of a search that the first shard directs and judges, so the exit code is 0. */
export async function serveSearch(
  { place, ...shard }: SearchShard,
  flags: Pick<RunFlags, 'agentsWaitMs' | 'quiet' | 'env' | 'envFiles'>,
  io: Io,
): Promise<ExitCode> {
  const [{ waitForRuns }, { readJob }] = await Promise.all([import('./agent.js'), import('./agent-job.js')])
  // Secrets are this machine's own, also those in its flags and files.
  const env = await readVariables(flags, io)
  const signal = await waitForRuns(
    place,
    {
      name: `${hostname()}-${shard.index}`,
      limits: { hosts: null, proxies: [], ratePerSecond: null },
      readJob: (job) => readJob(job, env),
      once: true,
      waitMs: flags.agentsWaitMs,
      say: (text) => {
        if (!flags.quiet) io.stderr.write(`${nameShard(shard)}: ${text}\n`)
      },
    },
    io,
  )
  if (signal === null) return EXIT.passed
  return signal === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted
}
