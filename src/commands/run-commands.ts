/**
 * The commands that send the load of scenarios: `run`, and those that take its options wherever they make sense.
 */
import { userError } from '../base/errors.js'
import type { RawAbFlags } from './ab.js'
import type { Acceptance } from './baseline.js'
import type { CommandGroup, CommandSpec, Refusal } from './command.js'
import { like, type OptionName } from './options.js'
import type { RawRunFlags } from './run-options.js'
import type { RawSelftestFlags } from './selftest.js'

/** Which scenario is sent, and how its requests get there. */
const SENDING = [
  'env',
  'envFile',
  'profile',
  'header',
  'insecure',
  'connectTo',
] as const satisfies readonly OptionName[]

/** How much is sent, for a quick look. */
const LOAD = ['vus', 'duration', 'rate', 'iterations', 'stage'] as const satisfies readonly OptionName[]

/** What is shown. */
const SCREEN = ['quiet', 'noProgress', 'noColor'] as const satisfies readonly OptionName[]

const JUDGED_AGAINST = [
  'baseline',
  'noBaseline',
  'requireBaseline',
  'updateBaseline',
] as const satisfies readonly OptionName[]

/** What has an effect only where something is sent. */
const OF_A_RUN = [
  'target',
  ...LOAD,
  ...SENDING,
  'workers',
  'seed',
  'runs',
  'report',
  'resultsDir',
  'liveWeb',
  'stream',
] as const satisfies readonly OptionName[]

/** `perfctl run`. */
export const RUN: CommandSpec = {
  name: 'run',
  summary: 'run scenarios, judge them, compare them with their baselines',
  description:
    'Runs each scenario, prints the summary, checks thresholds, compares with the baseline and saves the result. Without a scenario it runs all of scenarios/.\nA URL instead of a file is a quick look.',
  argument: ['[scenario...]', 'scenario files, or a URL; default: all of scenarios/'],
  options: [
    'target',
    ...LOAD,
    ...SENDING,
    'workers',
    'seed',
    'runs',
    'report',
    'resultsDir',
    'liveWeb',
    ...SCREEN,
    'noBaseline',
    'baseline',
    'requireBaseline',
    'updateBaseline',
    'allowEnvironment',
    'allowMissing',
    'confirm',
    'maxDuration',
    'inconclusive',
    'shard',
    'stream',
  ],
  run: async (names: string[], flags: RawRunFlags, io) => (await import('./run.js')).run(names, flags, io),
}

/** `perfctl ab`. */
export const AB: CommandSpec = {
  name: 'ab',
  description: 'drive two versions in turns of a second, and judge b against a',
  argument: ['<scenario>', 'a scenario file; its highest load is sent, constantly'],
  options: [
    { flags: '--a <url>', description: 'the reference; `demo` is the built-in service' },
    { flags: '--b <url>', description: 'what is judged' },
    { flags: '--a-command <cmd>', description: 'starts the reference; it listens on the port in PORT' },
    { flags: '--b-command <cmd>', description: 'starts what is judged' },
    { flags: '--ready <url>', description: 'a path or URL that answers when a started service is ready' },
    { flags: '--null', description: 'hold a against itself: what this machine can tell apart' },
    like('maxDuration', { description: 'measured time of each side at most' }),
    {
      flags: '--restarts <n>',
      description: 'start both commands again this often within the session, against the luck of a start',
      preset: '0',
    },
    'vus',
    'rate',
    ...SENDING,
    like('workers', { description: 'threads that send, for each side', preset: '1' }),
    'seed',
    like('inconclusive', { description: 'how an inconclusive comparison exits: 4 or 0' }),
    'report',
    like('resultsDir', { description: 'where the results of both sides are saved' }),
    'quiet',
    like('noProgress', { description: 'no lines about the verdict so far' }),
    'noColor',
  ],
  refuses: [
    { options: ['target'], why: 'there are two targets here', instead: 'use --a URL and --b URL' },
    {
      options: ['duration'],
      why: 'the session ends as soon as the answer is clear',
      instead: 'use --max-duration to bound it',
    },
    {
      options: ['iterations', 'stage'],
      why: 'both sides get a constant load, in turns',
      instead: 'use -u or -r for how much, and --max-duration for how long',
    },
    {
      options: ['runs'],
      why: 'a session is judged as a whole',
      instead: 'use --max-duration for more seconds, --restarts for more starts',
    },
    {
      options: [...JUDGED_AGAINST, 'allowEnvironment', 'allowMissing'],
      why: 'b is judged against a, both measured now with the same requests, and against no baseline',
      instead: 'use perfctl run to judge against a baseline',
    },
    { options: ['confirm'], why: 'this is the session that --confirm of run starts', instead: 'remove it' },
    {
      options: ['shard'],
      why: 'both sides need the same machine',
      instead: 'send less, or use more --workers',
    },
    {
      options: ['stream', 'liveWeb'],
      why: 'the two sides take turns, which makes no live picture of either',
      instead: 'use --report html for a page of the session',
    },
  ],
  run: async (scenario: string, flags: RawAbFlags, io) => (await import('./ab.js')).ab(scenario, flags, io),
}

/** `perfctl selftest`. */
export const SELFTEST: CommandSpec = {
  name: 'selftest',
  summary: 'measure the same code again and again: what this machine can tell apart',
  description:
    'Measures the same code again and again, as runs and side by side, and tells how often this machine cries wolf and which slowdowns it can see. Exits 0 whatever it finds.',
  argument: ['[scenario]', 'a scenario file; default: a light load on the demo service'],
  options: [
    {
      flags: '--pairs <n>',
      description: 'how often the same code is held against itself',
      preset: '5',
    },
    like('duration', { description: 'of each run, and of each side', preset: '15s' }),
    'target',
    'vus',
    'rate',
    ...SENDING,
    like('workers', { description: 'threads that send, for each side', preset: '1' }),
    'seed',
    {
      flags: '--report <json[=path]>',
      description: 'the findings as JSON; - is stdout',
      isRepeatable: true,
    },
    'quiet',
    like('noProgress', { description: 'no line for each run and session' }),
    'noColor',
  ],
  refuses: [
    {
      options: ['iterations', 'stage'],
      why: 'each run and session gets a constant load',
      instead: 'use -u or -r for how much, and -d for how long',
    },
    { options: ['runs'], why: 'the runs come in pairs', instead: 'use --pairs' },
    {
      options: [...JUDGED_AGAINST, 'allowEnvironment', 'allowMissing', 'confirm', 'maxDuration'],
      why: 'the same code is held against itself, and against no baseline',
      instead: 'use perfctl run to judge against a baseline',
    },
    { options: ['inconclusive'], why: 'it exits 0 whatever it finds', instead: 'read --report json' },
    { options: ['shard'], why: 'it is about one machine', instead: 'run it on each machine' },
    {
      options: ['resultsDir'],
      why: 'no result is saved, only what they come to',
      instead: 'use --report json=FILE',
    },
    {
      options: ['stream', 'liveWeb'],
      why: 'the runs are many and short',
      instead: 'watch one: perfctl run',
    },
  ],
  run: async (scenario: string | undefined, flags: RawSelftestFlags, io) =>
    (await import('./selftest.js')).selftest(scenario, flags, io),
}

/** `perfctl baseline`. */
export const BASELINE: CommandGroup = {
  name: 'baseline',
  description: 'make and look at baselines',
  commands: [
    makeAcceptance(
      'update',
      'run the scenarios (default: all of scenarios/) and make the results the new truth',
    ),
    makeAcceptance(
      'add',
      'one more accepted job of the same truth, so that the baseline knows its own noise',
    ),
    {
      name: 'show',
      description: 'print baselines',
      argument: ['[name]', 'a scenario, or a file; default: all'],
      options: ['noColor'],
      run: async (name: string | undefined, flags: { color?: boolean }, io) =>
        (await import('./baseline.js')).baselineShow(name, flags, io),
    },
    {
      name: 'list',
      description: 'print a line for each baseline',
      argument: null,
      options: ['noColor'],
      run: async (_argument: undefined, flags: { color?: boolean }, io) =>
        (await import('./baseline.js')).baselineList(io, flags),
    },
  ],
}

function makeAcceptance(mode: Acceptance, description: string): CommandSpec {
  const refuses: readonly Refusal[] = [
    {
      options: OF_A_RUN,
      beside: '--from',
      why: 'saved results are taken, so nothing is sent',
      instead: 'give one of the two',
    },
    {
      options: ['noBaseline', 'requireBaseline', 'updateBaseline', 'allowEnvironment', 'allowMissing'],
      why: 'the result becomes the baseline, and is held against none',
      instead: 'use perfctl run to judge against a baseline',
    },
    {
      options: ['inconclusive'],
      why: 'a run that says nothing never becomes a baseline, and exits 3',
      instead: 'remove it',
    },
    {
      options: ['confirm', 'maxDuration'],
      why: 'the result is accepted, so there is nothing to settle',
      instead: 'use perfctl run --confirm ab',
    },
    {
      options: ['shard'],
      why: 'a part of the load makes no baseline',
      instead: `run the shards with perfctl run, put them together with perfctl merge -o FILE, then: perfctl baseline ${mode} --from FILE`,
    },
  ]
  return {
    name: mode,
    description,
    argument: ['[scenario...]', 'scenario files; default: all of scenarios/'],
    options: [
      { flags: '--from <result...>', description: 'take saved results instead of running' },
      'target',
      ...LOAD,
      ...SENDING,
      'workers',
      'seed',
      'runs',
      'report',
      'resultsDir',
      'liveWeb',
      ...SCREEN,
      like('baseline', { description: "write this file instead of the scenario's baseline" }),
      'stream',
    ],
    refuses,
    run: async (names: string[], flags: RawRunFlags & { from?: string[] }, io) => {
      if (flags.from === undefined) return (await import('./run.js')).baselineRun(mode, names, flags, io)
      if (names.length > 0)
        throw userError('--from takes results, and scenarios are named too', 'give one of the two')
      const file = typeof flags.baseline === 'string' ? { file: flags.baseline } : {}
      return (await import('./baseline.js')).acceptFiles(mode, flags.from, file, io)
    },
  }
}
