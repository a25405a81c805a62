/**
 * Parses the flags of `run` and related commands. All invalid ones are reported, not just the first.
 */
import type { ListenAddress } from '../base/address.js'
import { type Ms, wallTime } from '../base/clock.js'
import { type Problem, UserError } from '../base/errors.js'
import type { Io } from '../base/io.js'
import { parseDuration } from '../base/units.js'
import { parseReportFlag } from '../report/formats/index.js'
import { parseStreamFlag, printsStream } from '../report/live/stream/index.js'
import { insteadOfHeader } from '../scenario/fields/http-fields.js'
import type { AddressChange } from '../scenario/model/http-types.js'
import type { LoadOverride } from '../scenario/model/override.js'
import type { ShardNumber } from '../stats/shard.js'
import { type ClusterPlace, readClusterPlace } from './cluster-place.js'
import { LIVE_WEB_DEFAULT } from './live-web.js'
import {
  readConnectTo,
  readPairs,
  readRate,
  readResultTo,
  readStages,
  readStartAt,
  readTarget,
  type Wrong,
} from './option-values.js'
import { readShard } from './shard-option.js'

/** The flags, as parsed by commander. */
export interface RawRunFlags {
  readonly target?: string
  readonly vus?: string
  readonly duration?: string
  readonly rate?: string
  readonly iterations?: string
  readonly stage?: readonly string[]
  readonly env?: readonly string[]
  readonly envFile?: readonly string[]
  readonly profile?: string
  readonly header?: readonly string[]
  readonly connectTo?: readonly string[]
  readonly insecure?: boolean
  readonly workers?: string
  readonly seed?: string
  readonly shard?: string
  readonly startAt?: string
  readonly agent?: readonly string[]
  readonly nats?: string
  readonly cluster?: string
  readonly agents?: string
  readonly creds?: string
  readonly sendSecrets?: boolean
  readonly agentsWait?: string
  readonly onAgentLost?: string
  readonly resultTo?: string
  /** A file; false for `--no-baseline`. */
  readonly baseline?: string | boolean
  readonly requireBaseline?: boolean
  readonly updateBaseline?: boolean
  readonly allowEnvironment?: boolean
  readonly allowMissing?: boolean
  readonly runs?: string
  readonly confirm?: string
  readonly maxDuration?: string
  readonly inconclusive?: string
  readonly report?: readonly string[]
  readonly stream?: readonly string[]
  readonly resultsDir?: string
  /** True without a port. */
  readonly liveWeb?: ListenAddress | true
  readonly quiet?: boolean
  readonly progress?: boolean
  readonly color?: boolean
}

/** The flags as values. */
export interface RunFlags {
  readonly target: string | undefined
  readonly load: LoadOverride
  readonly env: Readonly<Record<string, string>>
  /** Files with more variables; those of `env` win. */
  readonly envFiles: readonly string[]
  /** The profile to use as the load. */
  readonly profile: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly connectTo: readonly AddressChange[]
  readonly insecure: boolean
  readonly workers: number | undefined
  readonly seed: number | undefined
  /** This machine's shard, from 1; undefined for the whole load. */
  readonly shard: ShardNumber | undefined
  /** When the load starts, in ms since 1970; undefined for as soon as possible. */
  readonly startAtMs: Ms | undefined
  /** The machines that send the load; null: this one. */
  readonly agents: AgentsSource | null
  /** Secret variables are sent to them, too. */
  readonly sendSecrets: boolean
  readonly agentsWaitMs: Ms
  readonly onAgentLost: 'abort' | 'continue'
  /** Where the saved result is sent, too; a folder if its path ends with a slash. */
  readonly resultTo: URL | undefined
  /** A file, `null` for the scenario's own, `false` for none. */
  readonly baseline: string | null | false
  readonly requireBaseline: boolean
  readonly updateBaseline: boolean
  readonly allowEnvironment: boolean
  readonly allowMissing: boolean
  /** How many times each scenario is run; all runs are judged together. */
  readonly runs: number
  /** Confirms a suspected regression in an A/B session with the scenario's reference. */
  readonly confirm: 'ab' | null
  /** The longest measured time per side of an A/B session, as typed. */
  readonly maxDuration: string | undefined
  readonly inconclusive: 'fail' | 'pass'
  readonly reports: readonly string[]
  /** Where live metrics are sent. */
  readonly streams: readonly string[]
  readonly resultsDir: string
  /** Where the live page listens; null for none. */
  readonly liveWeb: ListenAddress | null
  readonly quiet: boolean
  readonly progress: boolean
  readonly color: boolean
}

/** Where agents come from: commands that start them, or a cluster in which they wait. */
export type AgentsSource =
  | { readonly type: 'commands'; readonly commands: readonly string[] }
  | {
      readonly type: 'cluster'
      readonly place: ClusterPlace
      readonly count: number
      /** Whether this machine sends a part as well. */
      readonly sendsItself: boolean
    }

/** Agents that start with the run are there by then. */
const AGENTS_WAIT_MS: Ms = 120_000

/** Parses the flags; `env` numbers the machine for `--shard auto`. Throws a UserError that lists all invalid ones. */
export function parseRunFlags(raw: RawRunFlags, env: Io['env'] = {}): RunFlags {
  const problems: Problem[] = []
  const wrong = (message: string, hint: string) => problems.push({ message, place: null, hint })
  const whole = (flag: string, text: string | undefined, least: number, hint: string): number | undefined => {
    if (text === undefined) return undefined
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && Number.isSafeInteger(value)) return value
    wrong(`${flag} ${text}: not a whole number${least > 0 ? ` of ${least} or more` : ''}`, hint)
    return undefined
  }
  const time = (flag: string, text: string | undefined): number | undefined => {
    if (text === undefined) return undefined
    const value = parseDuration(text)
    if (value !== null && value > 0) return value
    const number = /^\d+(\.\d+)?$/.test(text)
    wrong(
      `${flag} ${text}: not a duration`,
      number ? `write ${text}s or ${text}ms` : 'write a number and a unit, such as 30s or 2m',
    )
    return undefined
  }
  const flags: RunFlags = {
    target: readTarget(raw.target, wrong),
    load: {
      vus: whole('-u', raw.vus, 1, 'write a number such as -u 20'),
      durationMs: time('-d', raw.duration),
      ratePerSecond: readRate(raw.rate, wrong),
      iterations: whole('-i', raw.iterations, 1, 'write a number such as -i 1000'),
      stages: readStages(raw.stage ?? [], wrong),
    },
    env: readPairs(
      '-e',
      raw.env ?? [],
      /^([A-Za-z_]\w*)=([\s\S]*)$/,
      'write KEY=VALUE, such as -e BASE_URL=http://localhost:3000',
      wrong,
    ),
    envFiles: raw.envFile ?? [],
    profile: raw.profile,
    headers: readPairs(
      '-H',
      raw.header ?? [],
      /^([!#$%&'*+.^`|~\w-]+):\s*([^\r\n]*)$/,
      "write 'name: value', such as -H 'accept: application/json'",
      wrong,
    ),
    connectTo: readConnectTo(raw.connectTo ?? [], wrong),
    insecure: raw.insecure ?? false,
    workers:
      raw.workers === 'auto'
        ? undefined
        : whole('--workers', raw.workers, 1, 'write a number such as --workers 2, or auto'),
    seed: whole('--seed', raw.seed, 0, 'write a number such as --seed 42'),
    shard: readShard(raw.shard, env, wrong),
    startAtMs: readStartAt(raw.startAt, wallTime().getTime(), wrong),
    resultTo: readResultTo(raw.resultTo, wrong),
    agents: readAgents(raw, whole, wrong),
    sendSecrets: raw.sendSecrets ?? false,
    agentsWaitMs: time('--agents-wait', raw.agentsWait) ?? AGENTS_WAIT_MS,
    onAgentLost: raw.onAgentLost === 'continue' ? 'continue' : 'abort',
    baseline: readBaseline(raw.baseline),
    requireBaseline: raw.requireBaseline ?? false,
    updateBaseline: raw.updateBaseline ?? false,
    allowEnvironment: raw.allowEnvironment ?? false,
    allowMissing: raw.allowMissing ?? false,
    runs: whole('--runs', raw.runs, 1, 'write a number such as --runs 3') ?? 1,
    confirm: raw.confirm === 'ab' ? 'ab' : null,
    maxDuration: raw.maxDuration,
    inconclusive: raw.inconclusive === 'fail' ? 'fail' : 'pass',
    reports: raw.report ?? [],
    streams: raw.stream ?? [],
    resultsDir: raw.resultsDir ?? '.perfctl/results',
    liveWeb: raw.liveWeb === true ? LIVE_WEB_DEFAULT : (raw.liveWeb ?? null),
    quiet: raw.quiet ?? false,
    progress: raw.progress ?? true,
    color: raw.color ?? true,
  }
  checkTogether(flags, wrong)
  checkHeaders(flags, wrong)
  for (const report of flags.reports) collectProblems(problems, () => parseReportFlag(report))
  for (const stream of flags.streams) collectProblems(problems, () => parseStreamFlag(stream))
  if (problems.length === 0) checkStdout(flags, wrong)
  if (problems.length > 0) throw new UserError(problems)
  return flags
}

function readBaseline(raw: RawRunFlags['baseline']): RunFlags['baseline'] {
  if (raw === false) return false
  return typeof raw === 'string' ? raw : null
}

function checkHeaders({ headers }: RunFlags, wrong: Wrong): void {
  for (const name of Object.keys(headers)) {
    const instead = insteadOfHeader(name)
    if (instead !== null) wrong(`-H ${name}: perfctl sets this header itself`, instead)
  }
}

function checkTogether(flags: RunFlags, wrong: Wrong): void {
  const { load } = flags
  if (load.stages !== undefined && load.durationMs !== undefined) {
    wrong("-d can't be used with -s: the stages set the length of the run", 'remove -d')
  }
  if (load.ratePerSecond !== undefined && load.vus !== undefined) {
    wrong(
      "-u can't be used with -r: a load has either a number of virtual users or an arrival rate",
      'keep one of them; to limit the virtual users of a rate, set maxVus in a scenario',
    )
  }
  if (load.ratePerSecond !== undefined && load.stages !== undefined) {
    wrong(
      "-r can't be used with -s: these stages set virtual users, not a rate",
      'keep one of them; stages of a rate go into a scenario',
    )
  }
  if (flags.startAtMs !== undefined && flags.runs > 1)
    wrong("--start-at can't be used with --runs: only one run can start then", 'remove --runs')
  if (flags.shard !== undefined) checkShard(flags, wrong)
  if (flags.agents !== null) checkAgents(flags.agents, flags, wrong)
}

/** Null if this machine sends the load, or if a flag is wrong. */
function readAgents(
  { agent: commands = [], nats, cluster, creds, agents, sendSecrets }: RawRunFlags,
  whole: (flag: string, text: string | undefined, least: number, hint: string) => number | undefined,
  wrong: Wrong,
): AgentsSource | null {
  const count = whole('--agents', agents, 1, 'write a number such as --agents 4')
  const place = readClusterPlace({ nats, cluster, creds }, wrong)
  if (commands.length > 0) {
    if (nats !== undefined)
      wrong("--agent can't be used with --nats: agents are either started or waiting", 'keep one of them')
    return { type: 'commands', commands }
  }
  if (nats === undefined) return null
  if (agents === undefined)
    wrong('--nats needs --agents: how many send the load', 'add, for example, --agents 4')
  if (sendSecrets === true && place?.isEncrypted === false)
    wrong('--send-secrets needs an encrypted connection to the broker', 'use tls:// in --nats')
  return place === undefined || count === undefined
    ? null
    : { type: 'cluster', place, count, sendsItself: false }
}

function checkAgents({ type }: AgentsSource, { shard, startAtMs, confirm }: RunFlags, wrong: Wrong): void {
  const flag = type === 'commands' ? '--agent' : '--nats'
  if (shard !== undefined)
    wrong(`${flag} can't be used with --shard: agents already share the load`, 'keep one of them')
  if (startAtMs !== undefined)
    wrong(`${flag} can't be used with --start-at: agents are started together anyway`, 'remove --start-at')
  if (confirm !== null)
    wrong(`${flag} can't be used with --confirm: an A/B session needs one machine`, 'remove --confirm')
}

/** All machines must draw the same values, and shards are judged once, by `merge`. */
function checkShard(flags: RunFlags, wrong: Wrong): void {
  if (flags.seed === undefined) {
    wrong(
      '--shard needs --seed: all machines must draw the same random values',
      'add a seed such as --seed 42',
    )
  }
  if (flags.runs > 1)
    wrong("--shard can't be used with --runs: shards are merged one run at a time", 'remove --runs')
  const judging = [
    [typeof flags.baseline === 'string', '--baseline', TO_MERGE],
    [flags.requireBaseline, '--require-baseline', TO_MERGE],
    [flags.updateBaseline, '--update-baseline', 'pass the merged result to perfctl baseline update --from'],
    [flags.allowEnvironment, '--allow-environment', TO_MERGE],
    [flags.allowMissing, '--allow-missing', TO_MERGE],
    [flags.confirm !== null, '--confirm', 'merge the shards, and confirm a regression with perfctl ab'],
  ] as const
  for (const [isGiven, flag, hint] of judging) {
    if (isGiven) wrong(`--shard can't be used with ${flag}: a shard alone is not judged`, hint)
  }
}

const TO_MERGE = 'pass it to perfctl merge'

/** Two outputs on stdout would be mixed up. */
function checkStdout({ reports, streams }: RunFlags, wrong: Wrong): void {
  const toStdout = [
    ...streams.filter(printsStream).map((flag) => `--stream ${flag}`),
    ...reports.filter((flag) => parseReportFlag(flag).path === '-').map((flag) => `--report ${flag}`),
  ]
  if (streams.some(printsStream) && toStdout.length > 1)
    wrong(`${toStdout.join(' and ')}: all of them write to stdout`, 'name a file for all but one')
}

/** Calls `check`, and adds the problems that it throws. */
export function collectProblems(problems: Problem[], check: () => void): void {
  try {
    check()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    problems.push(...error.problems)
  }
}
