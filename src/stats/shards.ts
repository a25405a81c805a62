/**
 * Checks that results are the shards of one run: all of them, each once.
 */
import { type Problem, UserError } from '../base/errors.js'
import { printable } from '../base/printable.js'
import type { Result, Shard } from './result.js'

/** A result and its file. */
export interface ShardFile {
  readonly file: string
  readonly result: Result
}

/**
 * Returns the shards in order. Throws a UserError that lists every problem: files that aren't shards, shards of
 * different runs, duplicate or missing shards.
 */
export function orderShards(files: readonly [ShardFile, ...ShardFile[]]): readonly [Result, ...Result[]] {
  const problems = files.flatMap(({ file, result }) => findNonShards(file, result))
  if (problems.length === 0) problems.push(...findMismatches(files), ...findDuplicates(files))
  if (problems.length === 0) problems.push(...findMissing(files))
  if (problems.length > 0) throw new UserError(problems)
  const sorted = [...files].sort((a, b) => shardOf(a).index - shardOf(b).index).map(({ result }) => result)
  return sorted as [Result, ...Result[]]
}

function findNonShards(file: string, { shard, shards }: Result): Problem[] {
  if (shard !== null) return []
  return shards === null
    ? [
        problem(
          `${file} is a whole run, not a shard`,
          'pass results of perfctl run --shard, such as --shard 1/4',
        ),
      ]
    : [problem(`${file} is already merged`, 'pass the shards themselves')]
}

/** The traits that all shards must share, each with a hint. */
const TRAITS: readonly {
  readonly noun: string
  readonly read: (result: Result) => string
  readonly hint: string
}[] = [
  { noun: 'scenario', read: ({ scenario }) => scenario.name, hint: 'pass the shards of one run' },
  {
    noun: 'load, requests or data (hash)',
    read: ({ scenario }) => scenario.hash,
    hint: 'run all shards with the same scenario file and the same flags',
  },
  {
    noun: 'seed',
    read: ({ seed }) => String(seed),
    hint: 'run all shards with the same --seed: together they send what one machine would',
  },
  {
    noun: 'number of shards',
    read: ({ shard }) => String(shard?.of),
    hint: 'run all shards with the same number after the /',
  },
  {
    noun: 'limits (thresholds or baseline)',
    read: ({ shard }) => JSON.stringify(shard?.limits),
    hint: 'run all shards with the same scenario file',
  },
  {
    noun: 'perfctl version',
    read: ({ environment }) => environment.perfctl,
    hint: 'versions may split a load differently: install the same one everywhere',
  },
]

/** Reports the first trait in which each file differs: a different scenario also has a different hash. */
function findMismatches([first, ...others]: readonly [ShardFile, ...ShardFile[]]): Problem[] {
  return others.flatMap(({ file, result }) => {
    const trait = TRAITS.find(({ read }) => read(result) !== read(first.result))
    if (trait === undefined) return []
    const [theirs, ours] = [shown(trait.read(result)), shown(trait.read(first.result))]
    const difference = theirs === null || ours === null ? '' : `: ${theirs} instead of ${ours}`
    return [problem(`${file} differs from ${first.file} in its ${trait.noun}${difference}`, trait.hint)]
  })
}

/** Returns the value if it is short enough to show; null otherwise. */
function shown(value: string): string | null {
  const plain = printable(value.replace(/^sha256:(.{12}).*/, '$1'))
  return plain.length <= 60 ? plain : null
}

function findDuplicates(files: readonly ShardFile[]): Problem[] {
  const seen = new Map<string, string>()
  return files.flatMap((each) => {
    const { index, of } = shardOf(each)
    const key = `${index}/${of}`
    const first = seen.get(key)
    seen.set(key, first ?? each.file)
    return first === undefined
      ? []
      : [problem(`shard ${index} of ${of} appears twice: ${first} and ${each.file}`, 'pass each shard once')]
  })
}

function findMissing(files: readonly [ShardFile, ...ShardFile[]]): Problem[] {
  const { of } = shardOf(files[0])
  const there = new Set(files.map((each) => shardOf(each).index))
  const missing = Array.from({ length: of }, (_, i) => i + 1).filter((index) => !there.has(index))
  if (missing.length === 0) return []
  const list =
    missing.length > 8 ? `${missing.length} of ${of}` : missing.map((index) => `${index}/${of}`).join(', ')
  return [
    problem(
      `shards of the run are missing: ${list}`,
      'pass all shards; perfctl report shows what a single shard measured',
    ),
  ]
}

function shardOf({ result }: ShardFile): Shard {
  return result.shard!
}

function problem(message: string, hint: string): Problem {
  return { message, place: null, hint }
}
