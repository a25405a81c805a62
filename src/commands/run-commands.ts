/**
 * The commands that send a load: `run`, and those that share its options.
 */
import { userError } from '../base/errors.js'
import type { RawAbFlags } from './ab.js'
import type { Acceptance } from './baseline.js'
import type { RawCapacityFlags } from './capacity.js'
import type { CommandGroup, CommandSpec, Refusal } from './command.js'
import { like, type OptionName } from './options.js'
import type { RawRunFlags } from './run-options.js'
import type { RawSelftestFlags } from './selftest.js'

/** What is sent, and how requests reach the service. */
const SENDING = [
  'env',
  'envFile',
  'profile',
  'header',
  'insecure',
  'connectTo',
] as const satisfies readonly OptionName[]

/** How much is sent. */
const LOAD = ['vus', 'duration', 'rate', 'iterations', 'stage'] as const satisfies readonly OptionName[]

/** What is shown. */
const SCREEN = ['quiet', 'noProgress', 'noColor'] as const satisfies readonly OptionName[]

/** Which other machines send the load. */
const AGENTS = [
  'agent',
  'nats',
  'cluster',
  'agents',
  'creds',
  'sendSecrets',
  'agentsWait',
  'onAgentLost',
] as const satisfies readonly OptionName[]

/** Options that say how a broker is reached. */
export const WITHOUT_BROKER: Refusal = {
  options: ['cluster', 'creds'],
  without: ['--nats'],
  why: 'no broker is given',
  instead: 'add --nats nats://localhost:4222, or remove it',
}

/** Options that say how agents are used. */
const WITHOUT_AGENTS: readonly Refusal[] = [
  {
    options: ['sendSecrets', 'agentsWait', 'onAgentLost'],
    without: ['--agent', '--nats'],
    why: 'this machine sends the load, no agents',
    instead: 'add --agent or --nats, or remove it',
  },
  WITHOUT_BROKER,
  { ...WITHOUT_BROKER, options: ['agents'] },
]

/** Options that say how a run is compared with a baseline. */
export const WITHOUT_BASELINE: Refusal = {
  options: ['baseline', 'requireBaseline', 'allowEnvironment', 'allowMissing'],
  beside: '--no-baseline',
  why: 'without a baseline, nothing is compared',
  instead: 'remove one of them',
}

const JUDGED_AGAINST = [
  'baseline',
  'noBaseline',
  'requireBaseline',
  'updateBaseline',
] as const satisfies readonly OptionName[]

/** What every command that sends a load begins with. */
const BEGINNING = [
  'target',
  ...LOAD,
  ...SENDING,
  'workers',
  'seed',
  'runs',
  'report',
  'resultsDir',
  'liveWeb',
] as const satisfies readonly OptionName[]

/** Options that have an effect only if something is sent. */
const OF_A_RUN = [...BEGINNING, 'stream', ...AGENTS] as const satisfies readonly OptionName[]

/** `perfctl run`. */
export const RUN: CommandSpec = {
  name: 'run',
  summary: 'Run scenarios and compare them with their baselines',
  description:
    'Run each scenario, print a summary, check thresholds, compare with the baseline and save the result. Without arguments, run everything in scenarios/.\nA URL instead of a file is a quick look: GET requests from 10 virtual users for 10 s.',
  argument: ['[scenario...]', 'Scenario files, or a URL; default: all of scenarios/'],
  options: [
    ...BEGINNING,
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
    'startAt',
    'resultTo',
    ...AGENTS,
    'stream',
  ],
  refuses: [
    ...WITHOUT_AGENTS,
    WITHOUT_BASELINE,
    {
      options: ['maxDuration'],
      without: ['--confirm'],
      why: 'there is no A/B session',
      instead: 'add --confirm ab, or remove it; -d sets the length of the load',
    },
  ],
  run: async (names: string[], flags: RawRunFlags, io) => (await import('./run.js')).run(names, flags, io),
}

/** `perfctl ab`. */
export const AB: CommandSpec = {
  name: 'ab',
  summary: 'Compare two versions side by side',
  description:
    'Send the same load to two versions in turns of one second, and judge b against a. The comparison is the least affected by other work on the machine. With --capacity, search how much each carries, trial by trial in turns.',
  argument: ['<scenario>', 'Scenario file; its highest load is sent at a constant level'],
  options: [
    { flags: '--a <url>', description: 'The reference; `demo` is the built-in service' },
    { flags: '--b <url>', description: 'The version to judge' },
    {
      flags: '--a-command <cmd>',
      description: 'Command that starts the reference, which listens on the port in PORT',
    },
    { flags: '--b-command <cmd>', description: 'Command that starts the version to judge' },
    { flags: '--ready <url>', description: 'Path or URL that responds once a started service is ready' },
    { flags: '--null', description: 'Compare a with itself, to see what this machine can tell apart' },
    like('maxDuration', {
      description: 'Longest measured time of each side; the session ends earlier once the verdict is clear',
    }),
    'restarts',
    'vus',
    'rate',
    {
      flags: '--capacity',
      description: 'Compare the largest loads that the versions carry, as perfctl capacity finds them',
    },
    like('from', { description: 'With --capacity: first load, such as 20/s; or a number of virtual users' }),
    like('max', { description: 'With --capacity: the most to send, such as 2000/s' }),
    like('budget', {
      description: 'With --capacity: longest time for both searches, such as 20m; default: twice that of one',
    }),
    ...SENDING,
    {
      flags: '--workers <n>',
      description: 'Threads that send load, for each side; default: 1, with --capacity as many as run uses',
    },
    'seed',
    like('inconclusive', { description: 'Exit code of an inconclusive comparison: 4 (fail) or 0 (pass)' }),
    'report',
    like('resultsDir', { description: 'Directory for the results of both sides' }),
    'quiet',
    like('noProgress', { description: 'Hide the lines about the verdict so far' }),
    'noColor',
  ],
  refuses: [
    {
      options: ['vus', 'rate'],
      beside: '--capacity',
      why: 'the load is what is searched',
      instead: 'use --from and --max for where, --budget for how long',
    },
    {
      options: ['maxDuration'],
      beside: '--capacity',
      why: 'searches take turns until both capacities are known',
      instead: 'use --budget to limit them',
    },
    {
      options: ['restarts'],
      beside: '--capacity',
      why: 'each side is started once, as a search needs the same process throughout',
      instead: 'remove it',
    },
    {
      options: ['from', 'max', 'budget'],
      without: ['--capacity'],
      why: 'no capacity is searched',
      instead: 'add --capacity, or use -u or -r for how much and --max-duration for how long',
    },
    { options: ['target'], why: 'an A/B session has two targets', instead: 'use --a URL and --b URL' },
    {
      options: ['require', 'verify'],
      why: 'b has to carry what a does',
      instead: 'use perfctl capacity for a load of your own, or for that of a baseline',
    },
    {
      options: ['duration'],
      why: 'the session ends as soon as the verdict is clear',
      instead: 'use --max-duration to limit it',
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
      why: 'b is compared with a, not with a baseline',
      instead: 'use perfctl run to judge against a baseline',
    },
    {
      options: ['confirm'],
      why: 'this command already is the A/B session that --confirm starts',
      instead: 'remove it',
    },
    {
      options: ['shard', 'startAt', ...AGENTS],
      why: 'both sides need the same machine',
      instead: 'send less, or use more --workers',
    },
    {
      options: ['stream', 'liveWeb'],
      why: 'the sides take turns, so there is no live view of either',
      instead: 'use --report html for a page of the session',
    },
    {
      options: ['resultTo'],
      why: 'a session has two results',
      instead: 'use --results-dir, and send the files of that directory',
    },
  ],
  run: async (scenario: string, flags: RawAbFlags, io) => (await import('./ab.js')).ab(scenario, flags, io),
}

/** `perfctl capacity`. */
export const CAPACITY: CommandSpec = {
  name: 'capacity',
  summary: 'Find the largest load that a service carries within its limits',
  description:
    'Search the largest load that the service carries within the thresholds of the scenario: short trials, doubled until one misses, then closer and closer, until both bounds are sure. Compares with the baseline of the capacity, if there is one.',
  argument: ['<scenario>', 'Scenario file, or a URL; `capacity` in it has the settings'],
  options: [
    'target',
    'from',
    'max',
    'budget',
    'require',
    'verify',
    ...SENDING,
    'workers',
    'seed',
    'report',
    'resultsDir',
    'liveWeb',
    'quiet',
    like('noProgress', { description: 'Hide the line for each trial' }),
    'noColor',
    'noBaseline',
    'baseline',
    'requireBaseline',
    'updateBaseline',
    'allowEnvironment',
    'inconclusive',
    like('shard', {
      description:
        'Search with n machines that all run this command, of which this is number k; the first one directs the others by the broker of --nats; auto takes the number from the CI system',
    }),
    'resultTo',
    ...AGENTS.filter((name) => name !== 'onAgentLost'),
    like('onAgentLost', {
      description:
        'When an agent is lost: end the search with exit code 3, or, inconclusively, with what was found until then',
    }),
    'stream',
  ],
  refuses: [
    ...WITHOUT_AGENTS,
    WITHOUT_BASELINE,
    {
      options: [...LOAD],
      why: 'the load is what is searched',
      instead: 'use --from and --max for where, --budget for how long',
    },
    {
      options: ['runs'],
      why: 'a search repeats its trials itself',
      instead: 'set capacity.sum in the scenario',
    },
    {
      options: ['confirm', 'maxDuration'],
      why: 'a search has no A/B session',
      instead: 'compare the two versions with perfctl ab --capacity',
    },
    { options: ['allowMissing'], why: 'a capacity has no requests to miss', instead: 'remove it' },
    {
      options: ['startAt'],
      why: 'the machines of a search are started together anyway',
      instead: 'remove it',
    },
  ],
  run: async (scenario: string, flags: RawCapacityFlags, io) =>
    (await import('./capacity.js')).capacity(scenario, flags, io),
}

/** `perfctl selftest`. */
export const SELFTEST: CommandSpec = {
  name: 'selftest',
  summary: 'Measure how reliable verdicts are on this machine',
  description:
    'Measure the same code repeatedly, in separate runs and side by side, and report the false-alarm rate of this machine and the smallest slowdown it can detect. Always exits 0.',
  argument: ['[scenario]', 'Scenario file; default: a light load on the demo service'],
  options: [
    {
      flags: '--pairs <n>',
      description: 'Number of comparisons of the code with itself',
      preset: '5',
    },
    like('duration', { description: 'Length of each run, and of each side', preset: '15s' }),
    'target',
    'vus',
    'rate',
    ...SENDING,
    like('workers', { description: 'Threads that send load, for each side', preset: '1' }),
    'seed',
    {
      flags: '--report <json[=path]>',
      description: 'Write the figures as JSON; path - is stdout',
      isRepeatable: true,
    },
    'quiet',
    like('noProgress', { description: 'Hide the line for each run and session' }),
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
      why: 'the same code is compared with itself, not with a baseline',
      instead: 'use perfctl run to judge against a baseline',
    },
    { options: ['inconclusive'], why: 'selftest always exits 0', instead: 'read --report json' },
    {
      options: ['shard', 'startAt', ...AGENTS],
      why: 'selftest measures one machine',
      instead: 'run it on each machine',
    },
    {
      options: ['resultsDir', 'resultTo'],
      why: 'selftest saves its figures, not its results',
      instead: 'use --report json=FILE',
    },
    {
      options: ['stream', 'liveWeb'],
      why: 'selftest consists of many short runs',
      instead: 'use perfctl run to watch one',
    },
  ],
  run: async (scenario: string | undefined, flags: RawSelftestFlags, io) =>
    (await import('./selftest.js')).selftest(scenario, flags, io),
}

/** `perfctl baseline`. */
export const BASELINE: CommandGroup = {
  name: 'baseline',
  description: 'Create and inspect baselines',
  commands: [
    makeAcceptance('update', 'Run the scenarios and make the results the new baselines'),
    makeAcceptance(
      'add',
      'Run the scenarios and add the results to their baselines, which then cover more of the normal noise',
    ),
    {
      name: 'show',
      description: 'Print baselines and the changes they can detect',
      argument: ['[name]', 'Scenario name or baseline file; default: all'],
      options: ['noColor'],
      run: async (name: string | undefined, flags: { color?: boolean }, io) =>
        (await import('./baseline.js')).baselineShow(name, flags, io),
    },
    {
      name: 'list',
      description: 'Print one line for each baseline',
      argument: null,
      options: ['noColor'],
      run: async (_argument: undefined, flags: { color?: boolean }, io) =>
        (await import('./baseline.js')).baselineList(io, flags),
    },
  ],
}

function makeAcceptance(mode: Acceptance, description: string): CommandSpec {
  const refuses: readonly Refusal[] = [
    ...WITHOUT_AGENTS,
    {
      options: OF_A_RUN,
      beside: '--from',
      why: 'saved results are used, so nothing is sent',
      instead: 'remove one of them',
    },
    {
      options: ['noBaseline', 'requireBaseline', 'updateBaseline', 'allowEnvironment', 'allowMissing'],
      why: 'the result becomes the baseline and is compared with none',
      instead: 'use perfctl run to judge against a baseline',
    },
    {
      options: ['inconclusive'],
      why: 'an inconclusive run never becomes a baseline; it exits 3',
      instead: 'remove it',
    },
    {
      options: ['resultTo'],
      why: 'the result becomes a baseline file',
      instead: 'use perfctl run, then perfctl baseline update --from FILE',
    },
    {
      options: ['confirm', 'maxDuration'],
      why: 'the result is accepted, so there is nothing to confirm',
      instead: 'use perfctl run --confirm ab',
    },
    {
      options: ['shard', 'startAt'],
      why: 'a baseline needs the whole load',
      instead: `run the shards with perfctl run, merge them with perfctl merge -o FILE, then use perfctl baseline ${mode} --from FILE`,
    },
  ]
  return {
    name: mode,
    description,
    argument: ['[scenario...]', 'Scenario files; default: all of scenarios/'],
    options: [
      { flags: '--from <result...>', description: 'Use saved results instead of running' },
      ...BEGINNING,
      ...SCREEN,
      ...AGENTS,
      like('baseline', { description: "Baseline to write, instead of the scenario's" }),
      'stream',
    ],
    refuses,
    run: async (names: string[], flags: RawRunFlags & { from?: string[] }, io) => {
      if (flags.from === undefined) return (await import('./run.js')).baselineRun(mode, names, flags, io)
      if (names.length > 0)
        throw userError('--from takes saved results, but scenarios are given too', 'remove one of them')
      const file = typeof flags.baseline === 'string' ? { file: flags.baseline } : {}
      return (await import('./baseline.js')).acceptFiles(mode, flags.from, file, io)
    },
  }
}
