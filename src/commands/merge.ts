/**
 * `perfctl merge <result...>`: merges the shards of a run and judges them as one.
 */
import { resolve } from 'node:path'
import { userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import type { Io } from '../base/io.js'
import { quoteForShell } from '../report/advice.js'
import { renderConsole } from '../report/console.js'
import { judgeResult } from '../run/result.js'
import { parseThreshold } from '../scenario/blocks/limit.js'
import { BASELINE_DEFAULTS, type BaselineOptions, type Threshold } from '../scenario/model/scenario.js'
import { mergeShards } from '../stats/merge.js'
import type { Result, Shard } from '../stats/result.js'
import { orderShards, type ShardFile } from '../stats/shards.js'
import { findingsOf } from '../verdict/findings/index.js'
import { exitCodeOf } from '../verdict/verdict.js'
import { findReference } from './baseline-reference.js'
import { deliver } from './deliver.js'
import { readResultFile } from './measurement-files.js'
import { parseRunFlags, type RawRunFlags } from './run-options.js'

/** The flags, as parsed by commander. They mean the same as for `run`. */
export interface RawMergeFlags
  extends Pick<
    RawRunFlags,
    | 'baseline'
    | 'requireBaseline'
    | 'allowEnvironment'
    | 'allowMissing'
    | 'inconclusive'
    | 'report'
    | 'quiet'
    | 'color'
  > {
  readonly output?: string
}

/** Merges the shards in `files` and judges them once. The exit code is that of `run`. */
export async function merge(files: readonly string[], raw: RawMergeFlags, io: Io): Promise<ExitCode> {
  const flags = parseRunFlags(raw)
  const { output } = raw
  if (output !== undefined) refuseOverwriting(output, files, io)
  const shards = orderShards(await readAll(files, io))
  const { scenario, requests } = shards[0]
  const limits = readLimits(shards[0])
  const subject = {
    file: scenario.file,
    profile: scenario.profile ?? null,
    baseline: limits.baseline.file,
    scenario,
    requests,
  }
  const reference = await findReference(subject, flags, io)
  const merged = mergeShards(shards)
  const result = judgeResult({ ...merged, ...findingsOf(merged) }, limits, { ...flags, reference })

  const next = nextStep(result, output, limits.baseline)
  const isWhole = await deliver(
    {
      saves: output === undefined ? [] : [{ result, file: output, label: 'result saved' }],
      result,
      summary: (page) => renderConsole(result, page, next),
      next,
    },
    flags,
    io,
  )
  return isWhole ? exitCodeOf(result.verdict, { inconclusive: flags.inconclusive }) : EXIT.error
}

async function readAll(files: readonly string[], io: Io): Promise<readonly [ShardFile, ...ShardFile[]]> {
  const read: ShardFile[] = []
  // One at a time: results of long runs are large, and a laptop has memory for one text at a time.
  for (const file of files) read.push({ file, result: await readResultFile(file, io) })
  return read as [ShardFile, ...ShardFile[]]
}

/** The scenario's limits, which each shard carries. */
interface Limits {
  readonly thresholds: readonly Threshold[]
  readonly baseline: BaselineOptions
}

function readLimits({ shard, requests }: Result): Limits {
  const { thresholds, baseline, tolerance, minDelta } = (shard as Shard).limits
  const names = requests.map(({ name }) => name)
  return {
    thresholds: thresholds.map((text) => readThreshold(text, names)),
    baseline: {
      file: baseline,
      tolerance: { ...BASELINE_DEFAULTS.tolerance, ...tolerance },
      minDeltaMs: minDelta,
    },
  }
}

function readThreshold(text: string, names: readonly string[]): Threshold {
  const problems: string[] = []
  const limit = parseThreshold(text, names, ({ message }) => problems.push(message))
  if (limit === null) throw userError(`can't read a threshold of the shards: ${problems.join('; ')}`)
  // No load is running that it could abort.
  return { ...limit, abort: null, line: 0 }
}

function refuseOverwriting(output: string, files: readonly string[], io: Io): void {
  const path = resolve(io.cwd, output)
  if (!files.some((file) => resolve(io.cwd, file) === path)) return
  throw userError(`-o ${output} is one of the shards`, 'write to another file, such as -o merged.json')
}

/** Suggests the next step. Only this command knows the file that a baseline can be made from. */
function nextStep({ verdict, comparison }: Result, output: string | undefined, baseline: BaselineOptions) {
  if (output === undefined) return null
  const place = baseline.file === null ? '' : ` --baseline ${quoteForShell(baseline.file)}`
  const command = `perfctl baseline update --from ${quoteForShell(output)}${place}`
  if (verdict === 'regressed') return { why: 'If this change is intended, make it the new baseline', command }
  if (verdict !== 'passed') return null
  if (comparison === null) return { why: 'To compare later runs with this one', command }
  return comparison.verdict === 'improved'
    ? { why: 'To lock in the improvement, make it the new baseline', command }
    : null
}
