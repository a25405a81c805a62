/**
 * `perfctl merge <result...>`: the shards of one run, judged as the run that they are together.
 */
import { resolve } from 'node:path'
import { userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import type { Io } from '../base/io.js'
import { quoteForShell } from '../report/advice.js'
import { renderConsole } from '../report/console.js'
import { judgeResult } from '../run/result.js'
import { parseThreshold } from '../scenario/blocks/limit.js'
import type { BaselineOptions, Threshold } from '../scenario/model/scenario.js'
import { mergeShards } from '../stats/merge.js'
import type { Result, Shard } from '../stats/result.js'
import { orderShards, type ShardFile } from '../stats/shards.js'
import { exitCodeOf } from '../verdict/verdict.js'
import { findReference } from './baseline-reference.js'
import { deliver } from './deliver.js'
import { readResultFile } from './measurement-files.js'
import { parseRunFlags, type RawRunFlags } from './run-options.js'

/** As commander gives them; those of a run mean the same here. */
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

/** Puts the shards in `files` together and judges them once; the exit code is that of `run`. */
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
  const result = judgeResult(mergeShards(shards), limits, { ...flags, reference })

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
  // One after the other: the files of a long run are large, and a laptop has room for one text at a time.
  for (const file of files) read.push({ file, result: await readResultFile(file, io) })
  return read as [ShardFile, ...ShardFile[]]
}

/** What the scenario said, as the shards carry it. */
interface Limits {
  readonly thresholds: readonly Threshold[]
  readonly baseline: BaselineOptions
}

function readLimits({ shard, requests }: Result): Limits {
  const { thresholds, baseline, tolerance, minDelta } = (shard as Shard).limits
  const names = requests.map(({ name }) => name)
  return {
    thresholds: thresholds.map((text) => readThreshold(text, names)),
    baseline: { file: baseline, tolerance, minDeltaMs: minDelta },
  }
}

function readThreshold(text: string, names: readonly string[]): Threshold {
  const faults: string[] = []
  const limit = parseThreshold(text, names, ({ message }) => faults.push(message))
  if (limit === null) throw userError(`a threshold of the shards can't be read: ${faults.join('; ')}`)
  // Nothing is sent any more that could be ended early.
  return { ...limit, abort: null, line: 0 }
}

function refuseOverwriting(output: string, files: readonly string[], io: Io): void {
  const path = resolve(io.cwd, output)
  if (!files.some((file) => resolve(io.cwd, file) === path)) return
  throw userError(`-o ${output} is one of the shards`, 'write to another file, such as -o merged.json')
}

/** The file that a baseline can be made of is known here alone. */
function nextStep({ verdict, comparison }: Result, output: string | undefined, baseline: BaselineOptions) {
  if (output === undefined) return null
  const place = baseline.file === null ? '' : ` --baseline ${quoteForShell(baseline.file)}`
  const command = `perfctl baseline update --from ${quoteForShell(output)}${place}`
  if (verdict === 'regressed') return { why: 'If this is meant to be so, make it the new baseline', command }
  if (verdict !== 'passed') return null
  if (comparison === null) return { why: 'To hold later runs against this one', command }
  return comparison.verdict === 'improved'
    ? { why: 'To keep what was gained, make it the new baseline', command }
    : null
}
