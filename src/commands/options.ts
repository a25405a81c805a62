/**
 * Options that several commands share. Each has one name and one meaning everywhere.
 */
import { parseLiveWeb } from './live-web.js'

/** An option of a command, as help shows it. */
export interface OptionSpec {
  readonly flags: string
  /** The heading above it in a long help. */
  readonly group?: string
  readonly description: string
  readonly preset?: string
  readonly isRepeatable?: boolean
  /** The only values it takes. */
  readonly choices?: readonly string[]
  /** Parses the value. Throws a UserError if it is invalid. */
  readonly parse?: (text: string) => unknown
}

/** All shared options. */
export const OPTIONS = {
  target: {
    group: 'Requests',
    flags: '-t, --target <url>',
    description: "Service to test, instead of the scenario's target; `demo` is the built-in service",
  },
  vus: { group: 'Load', flags: '-u, --vus <n>', description: 'Constant number of virtual users' },
  duration: { group: 'Load', flags: '-d, --duration <time>', description: 'Length of the load, such as 30s' },
  rate: {
    group: 'Load',
    flags: '-r, --rate <n/s>',
    description: 'Constant arrival rate, such as 100/s or 6000/m',
  },
  iterations: {
    group: 'Load',
    flags: '-i, --iterations <n>',
    description: 'Stop after this many iterations',
  },
  stage: {
    group: 'Load',
    flags: '-s, --stage <time:users>',
    description: 'Ramp to a number of virtual users, such as 30s:20; repeatable',
    isRepeatable: true,
  },
  env: {
    group: 'Requests',
    flags: '-e, --env <KEY=VALUE>',
    description: 'Set ${KEY} in the scenario; repeatable',
    isRepeatable: true,
  },
  envFile: {
    group: 'Requests',
    flags: '--env-file <file>',
    description: 'File of KEY=VALUE lines, used like --env; repeatable',
    isRepeatable: true,
  },
  profile: {
    group: 'Load',
    flags: '--profile <name>',
    description: "Use this one of the scenario's profiles as the load",
  },
  header: {
    group: 'Requests',
    flags: '-H, --header <header>',
    description: "Header to add to every request, 'name: value'; repeatable",
    isRepeatable: true,
  },
  insecure: { group: 'Requests', flags: '-k, --insecure', description: 'Do not verify TLS certificates' },
  connectTo: {
    group: 'Requests',
    flags: '--connect-to <h1:p1:h2:p2>',
    description: 'Connect to h2:p2 instead of h1:p1, as in curl; parts may be empty; repeatable',
    isRepeatable: true,
  },
  workers: {
    group: 'Load',
    flags: '--workers <n>',
    description: 'Threads that send load; auto uses every core, but leaves one to a target on this machine',
    preset: 'auto',
  },
  seed: { group: 'Load', flags: '--seed <n>', description: 'Repeat the random choices of an earlier run' },
  runs: {
    group: 'Load',
    flags: '--runs <n>',
    description:
      'Run each scenario this many times and judge the runs together, each metric by its median run',
    preset: '1',
  },
  shard: {
    group: 'Several machines',
    flags: '--shard <k/n>',
    description:
      'Send part k of n of the load, such as 1/4; auto takes the number from the CI system; see perfctl merge',
  },
  startAt: {
    group: 'Several machines',
    flags: '--start-at <time>',
    description:
      'Start the load then, so that several machines start together: 2026-03-01T12:00:00Z, or seconds since 1970',
  },
  agent: {
    group: 'Several machines',
    flags: '--agent <command>',
    description:
      "Send the load from another machine: a command that starts `perfctl agent --stdio` there, such as 'ssh load1 perfctl agent --stdio'; repeatable",
    isRepeatable: true,
  },
  nats: {
    group: 'Several machines',
    flags: '--nats <url>',
    description:
      'Reach agents through this NATS broker: nats://host:4222, or tls://; several servers of one broker with commas',
  },
  agents: {
    group: 'Several machines',
    flags: '--agents <n>',
    description: 'How many agents of the cluster send the load',
  },
  cluster: {
    group: 'Several machines',
    flags: '--cluster <name>',
    description: 'The cluster of agents on the broker',
    preset: 'perfctl',
  },
  creds: { group: 'Several machines', flags: '--creds <file>', description: 'Credentials file of NATS' },
  sendSecrets: {
    group: 'Several machines',
    flags: '--send-secrets',
    description: 'Send secret variables to the agents, too; a broker has to be reached by tls://',
  },
  agentsWait: {
    group: 'Several machines',
    flags: '--agents-wait <time>',
    description: 'How long to wait for all agents to be there, and to be ready',
    preset: '2m',
  },
  onAgentLost: {
    group: 'Several machines',
    flags: '--on-agent-lost <abort|continue>',
    description:
      'When an agent is lost: end the run with exit code 3, or continue with the others, inconclusively',
    preset: 'abort',
    choices: ['abort', 'continue'],
  },
  resultTo: {
    group: 'Output',
    flags: '--result-to <url>',
    description: 'Also send the saved result there, by PUT; a URL that ends with / gets its file name',
  },
  baseline: {
    group: 'Verdict',
    flags: '--baseline <file>',
    description: "Baseline to compare with, instead of the scenario's",
  },
  noBaseline: { group: 'Verdict', flags: '--no-baseline', description: 'Do not compare with a baseline' },
  requireBaseline: {
    group: 'Verdict',
    flags: '--require-baseline',
    description: 'Fail if there is no baseline',
  },
  updateBaseline: {
    group: 'Verdict',
    flags: '--update-baseline',
    description: 'If the run passes, make its result the new baseline',
  },
  allowEnvironment: {
    group: 'Verdict',
    flags: '--allow-environment',
    description: 'Judge even if the baseline was made on a different kind of machine',
  },
  allowMissing: {
    group: 'Verdict',
    flags: '--allow-missing',
    description: 'Accept that requests of the baseline are no longer sent',
  },
  confirm: {
    group: 'Verdict',
    flags: '--confirm <ab>',
    description:
      "If the baseline suspects a regression, settle it in an A/B session with the scenario's reference",
    choices: ['ab'],
  },
  maxDuration: {
    group: 'Verdict',
    flags: '--max-duration <time>',
    description: 'With --confirm ab: longest measured time of each side',
    preset: '120s',
  },
  from: {
    flags: '--from <load>',
    description: 'First load, such as 20/s; or a number of virtual users, with of: vus',
  },
  max: { flags: '--max <load>', description: 'The most to send, such as 2000/s' },
  budget: { flags: '--budget <time>', description: 'Longest time for everything, such as 10m' },
  require: { flags: '--require <load>', description: 'Exit 1 if less than this is carried, such as 500/s' },
  verify: {
    flags: '--verify',
    description:
      "Only find out whether the load of --require is carried, or else the baseline's less the tolerance; search only if it isn't",
  },
  restarts: {
    flags: '--restarts <n>',
    description:
      'Restart both commands this many times during the session, so that no version wins by a lucky start',
    preset: '0',
  },
  inconclusive: {
    group: 'Verdict',
    flags: '--inconclusive <fail|pass>',
    description: 'Exit code of an inconclusive run: 4 (fail) or 0 (pass)',
    preset: 'pass',
    choices: ['fail', 'pass'],
  },
  stream: {
    group: 'Output',
    flags: '--stream <sink=address>',
    description:
      'Send live metrics to prometheus, remote-write, otlp, influx, statsd, dogstatsd or ndjson; repeatable',
    isRepeatable: true,
  },
  report: {
    group: 'Output',
    flags: '--report <format[=path]>',
    description:
      'Write a report: html, markdown, github, junit, json, csv or csv-windows; path - is stdout; repeatable',
    isRepeatable: true,
  },
  resultsDir: {
    group: 'Output',
    flags: '--results-dir <dir>',
    description: 'Directory for saved results',
    preset: '.perfctl/results',
  },
  liveWeb: {
    group: 'Output',
    flags: '--live-web [port]',
    description: 'Show the live run in a browser; 0.0.0.0:8080 lets other machines connect',
    parse: parseLiveWeb,
  },
  quiet: { group: 'Output', flags: '-q, --quiet', description: 'Hide progress and notes' },
  noProgress: {
    group: 'Output',
    flags: '--no-progress',
    description: 'Replace the live view with a plain line every 10 s',
  },
  noColor: { group: 'Output', flags: '--no-color', description: 'Turn off colors (also: NO_COLOR)' },
} as const satisfies Readonly<Record<string, OptionSpec>>

/** The name of a shared option. */
export type OptionName = keyof typeof OPTIONS

/** A shared option with another description or default in one command. */
export function like(name: OptionName, changes: Partial<Omit<OptionSpec, 'flags'>>): OptionSpec {
  const spec: OptionSpec = OPTIONS[name]
  return { ...spec, ...changes }
}
