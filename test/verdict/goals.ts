/**
 * The goals of verdicts, each with what is counted for it: on the seeds that the rules were made with (0) or, which is
 * what counts, on others.
 */
import type { Injection, Load } from './noise.js'
import { countRedSessions, type SessionSetting } from './sessions.js'
import { countFoundAtStated, countRed, type Setting } from './table.js'

interface Goal {
  readonly id: string
  readonly name: string
  /** The share that is aimed at, at most or at least. */
  readonly wanted: string
  readonly trials: number
  readonly count: (seeds: number) => number
}

/** When `perfctl ab` looks, unless told otherwise. */
const LOOKS = [15, 30, 60, 120]

/** Prints each goal with what was counted, and where the true share lies, 95 % sure. */
export function printGoals(
  print: (line: string) => void,
  seeds: number,
  isWanted: (id: string) => boolean = () => true,
): void {
  print('| goal | what | wanted | found | 95 % sure | trials |')
  print('|---|---|---|---|---|---|')
  for (const { id, name, wanted, trials, count } of GOALS.filter((goal) => isWanted(goal.id))) {
    const share = count(seeds)
    const [low, high] = rangeOf(share, trials)
    print(
      `| ${id} | ${name} | ${wanted} | ${percent(share)} | ${percent(low)} to ${percent(high)} | ${trials} |`,
    )
  }
}

/** A slowdown of `list` as a whole. */
const slower = (factor: number): Injection => ({ request: 'list', factor, part: 'whole' })

function session(
  setting: Omit<SessionSetting, 'load' | 'seeds'> & Partial<Load>,
  injection: Injection | null,
  trials: number,
): Pick<Goal, 'trials' | 'count'> {
  const { seconds = 30, perSecond = 1000, requests = 3, ...rest } = setting
  const load = { seconds, perSecond, requests }
  return {
    trials,
    count: (seeds) => countRedSessions({ ...rest, load, seeds }, injection, trials),
  }
}

const STORED: Pick<Setting, 'load' | 'jobs' | 'runs'> = {
  load: { seconds: 60, perSecond: 1000 },
  jobs: 10,
  runs: 3,
}

/** The jobs of one stock are drawn again and again, so that several stocks are asked. */
const STOCKS = 2

function stored(
  setting: Partial<Setting>,
  count: (setting: Setting, trials: number) => number,
  trials: number,
): Pick<Goal, 'trials' | 'count'> {
  return {
    trials,
    count: (seeds) => {
      const shares = Array.from({ length: STOCKS }, (_, index) =>
        count({ level: 'shared', ...STORED, ...setting, seeds: STOCKS * seeds + index }, trials / STOCKS),
      )
      return shares.reduce((sum, share) => sum + share, 0) / STOCKS
    },
  }
}

const reds = (injection: Injection | null) => (setting: Setting, trials: number) =>
  countRed(setting, injection, trials)

const LEVELS = ['quiet', 'shared', 'hetero', 'noisy'] as const

const GOALS: readonly Goal[] = [
  ...(['shared', 'quiet', 'hetero'] as const).map((level) => ({
    id: level === 'shared' ? 'V1' : 'V2',
    name: `ab, same code, ${level}, 30 s`,
    wanted: '<= 0.5 %',
    ...session({ level, seconds: 30 }, null, 4000),
  })),
  {
    id: 'V1+',
    name: 'ab, same code, noisy, 30 s',
    wanted: '-',
    ...session({ level: 'noisy', seconds: 30 }, null, 2000),
  },
  ...LEVELS.map((level) => ({
    id: 'V1L',
    name: `ab, same code, ${level}, looks at 15, 30, 60, 120 s`,
    wanted: level === 'noisy' ? '-' : '<= 0.5 %',
    ...session({ level, seconds: 120, looks: LOOKS }, null, 2000),
  })),
  ...(
    [
      ['noisy', 2],
      ['noisy', 3],
      ['noisy', 4],
      ['noisy', 8],
      ['shared', 2],
      ['shared', 4],
    ] as const
  ).map(([level, starts]) => ({
    id: 'V2R',
    name: `ab, same code, ${level}, 60 s, ${starts} starts`,
    wanted: '<= 0.5 %',
    ...session({ level, seconds: 60, starts }, null, 3000),
  })),
  {
    id: 'V3',
    name: 'ab, +10 %, shared, 30 s',
    wanted: '>= 97 %',
    ...session({ level: 'shared', seconds: 30 }, slower(1.1), 1000),
  },
  {
    id: 'V3+',
    name: 'ab, +10 %, quiet, 15 s',
    wanted: '-',
    ...session({ level: 'quiet', seconds: 15 }, slower(1.1), 400),
  },
  {
    id: 'V3+',
    name: 'ab, +10 %, shared, 15 s',
    wanted: '-',
    ...session({ level: 'shared', seconds: 15 }, slower(1.1), 400),
  },
  {
    id: 'V3+',
    name: 'ab, +10 %, hetero, 30 s',
    wanted: '-',
    ...session({ level: 'hetero', seconds: 30 }, slower(1.1), 400),
  },
  {
    id: 'V3+',
    name: 'ab, +10 %, noisy, 30 s',
    wanted: '-',
    ...session({ level: 'noisy', seconds: 30 }, slower(1.1), 400),
  },
  {
    id: 'V3+',
    name: 'ab, +15 %, noisy, 30 s',
    wanted: '-',
    ...session({ level: 'noisy', seconds: 30 }, slower(1.15), 400),
  },
  ...([2, 4, 8] as const).flatMap((starts) =>
    (['shared', 'noisy'] as const).map((level) => ({
      id: 'V3R',
      name: `ab, +10 %, ${level}, 60 s, ${starts} starts`,
      wanted: '-',
      ...session({ level, seconds: 60, starts }, slower(1.1), 400),
    })),
  ),
  {
    id: 'V4',
    name: 'ab, +15 %, shared, 15 s',
    wanted: '>= 97 %',
    ...session({ level: 'shared', seconds: 15 }, slower(1.15), 1000),
  },
  {
    id: 'V4',
    name: 'ab, +20 %, shared, 15 s',
    wanted: '>= 99 %',
    ...session({ level: 'shared', seconds: 15 }, slower(1.2), 1000),
  },
  {
    id: 'V5',
    name: 'ab, p50 only +10 %, shared, 30 s',
    wanted: '>= 97 %',
    ...session({ level: 'shared', seconds: 30 }, { request: 'list', factor: 1.1, part: 'p50' }, 1000),
  },
  {
    id: 'V6',
    name: 'ab, tail only +30 %, shared, 480,000 requests of each side',
    wanted: '>= 90 %',
    ...session(
      { level: 'shared', seconds: 240, perSecond: 2000 },
      { request: 'list', factor: 1.3, part: 'tail' },
      200,
    ),
  },
  ...LEVELS.map((level) => ({
    id: 'V7',
    name: `stored, same code, ${level}, 10 jobs of 3 runs`,
    wanted: level === 'noisy' ? '<= 1 %' : '<= 0.5 %',
    ...stored({ level }, reds(null), 4000),
  })),
  ...LEVELS.flatMap((level) =>
    ([1, 10] as const).map((jobs) => ({
      id: 'V7+',
      name: `stored, same code, ${level}, ${jobs} jobs of 1 run`,
      wanted: '-',
      ...stored({ level, jobs, runs: 1 }, reds(null), 4000),
    })),
  ),
  {
    id: 'V8',
    name: 'stored, +10 %, quiet',
    wanted: '>= 97 %',
    ...stored({ level: 'quiet' }, reds(slower(1.1)), 1000),
  },
  { id: 'V8', name: 'stored, +20 %, shared', wanted: '>= 88 %', ...stored({}, reds(slower(1.2)), 1000) },
  { id: 'V8', name: 'stored, +30 %, shared', wanted: '>= 98 %', ...stored({}, reds(slower(1.3)), 1000) },
  ...([1, 10] as const).flatMap((jobs) =>
    (['quiet', 'shared'] as const).flatMap((level) =>
      [1.1, 1.2, 1.3].map((factor) => ({
        id: 'V8+',
        name: `stored, +${Math.round(factor * 100 - 100)} %, ${level}, ${jobs} jobs of 1 run`,
        wanted: '-',
        ...stored({ level, jobs, runs: 1 }, reds(slower(factor)), 1000),
      })),
    ),
  ),
  ...LEVELS.flatMap((level) =>
    [1, 3].map((runs) => ({
      id: 'V9',
      name: `stored, at the stated size, ${level}, 10 jobs of ${runs} runs`,
      wanted: '85 to 97 %',
      ...stored({ level, runs }, countFoundAtStated, 1000),
    })),
  ),
  {
    id: 'V12',
    name: 'ab, same code, shared, 30 s, 40 requests',
    wanted: '<= 1 %',
    ...session({ level: 'shared', perSecond: 4000, requests: 40 }, null, 1000),
  },
  {
    id: 'V12',
    name: 'stored, same code, shared, 10 jobs of 1 run, 40 requests',
    wanted: '<= 1 %',
    ...stored({ load: { seconds: 60, perSecond: 4000, requests: 40 }, runs: 1 }, reds(null), 2000),
  },
]

/** Where the true share lies (Wilson 1927). */
function rangeOf(share: number, trials: number): readonly [number, number] {
  const z2 = 1.96 ** 2
  const middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
  const reach =
    (1.96 * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials ** 2))) / (1 + z2 / trials)
  return [Math.max(0, middle - reach), Math.min(1, middle + reach)]
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.02 ? 2 : 1)} %`
}
