/**
 * Options that several commands share. Each has one name and one meaning everywhere.
 */
import { parseLiveWeb } from './live-web.js'

/** An option of a command, as help shows it. */
export interface OptionSpec {
  readonly flags: string
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
    flags: '-t, --target <url>',
    description: "Service to test, instead of the scenario's target; `demo` is the built-in service",
  },
  vus: { flags: '-u, --vus <n>', description: 'Constant number of virtual users' },
  duration: { flags: '-d, --duration <time>', description: 'Length of the load, such as 30s' },
  rate: {
    flags: '-r, --rate <n/s>',
    description: 'Constant arrival rate, such as 100/s or 6000/m',
  },
  iterations: { flags: '-i, --iterations <n>', description: 'Stop after this many iterations' },
  stage: {
    flags: '-s, --stage <time:users>',
    description: 'Ramp to a number of virtual users, such as 30s:20; repeatable',
    isRepeatable: true,
  },
  env: {
    flags: '-e, --env <KEY=VALUE>',
    description: 'Set ${KEY} in the scenario; repeatable',
    isRepeatable: true,
  },
  envFile: {
    flags: '--env-file <file>',
    description: 'File of KEY=VALUE lines, used like --env; repeatable',
    isRepeatable: true,
  },
  profile: {
    flags: '--profile <name>',
    description: "Use this one of the scenario's profiles as the load",
  },
  header: {
    flags: '-H, --header <header>',
    description: "Header to add to every request, 'name: value'; repeatable",
    isRepeatable: true,
  },
  insecure: { flags: '-k, --insecure', description: 'Do not verify TLS certificates' },
  connectTo: {
    flags: '--connect-to <h1:p1:h2:p2>',
    description: 'Connect to h2:p2 instead of h1:p1, as in curl; parts may be empty; repeatable',
    isRepeatable: true,
  },
  workers: {
    flags: '--workers <n>',
    description: 'Threads that send load; auto uses every core, but leaves one to a target on this machine',
    preset: 'auto',
  },
  seed: { flags: '--seed <n>', description: 'Repeat the random choices of an earlier run' },
  runs: {
    flags: '--runs <n>',
    description:
      'Run each scenario this many times and judge the runs together, each metric by its median run',
    preset: '1',
  },
  shard: {
    flags: '--shard <k/n>',
    description:
      'Send part k of n of the load, such as 1/4; auto takes the number from the CI system; see perfctl merge',
  },
  startAt: {
    flags: '--start-at <time>',
    description:
      'Start the load then, so that several machines start together: 2026-03-01T12:00:00Z, or seconds since 1970',
  },
  agent: {
    flags: '--agent <command>',
    description:
      "Send the load from another machine: a command that starts `perfctl agent --stdio` there, such as 'ssh load1 perfctl agent --stdio'; repeatable",
    isRepeatable: true,
  },
  nats: {
    flags: '--nats <url>',
    description:
      'Reach agents through this NATS broker: nats://host:4222, or tls://; several servers of one broker with commas',
  },
  agents: { flags: '--agents <n>', description: 'How many agents of the cluster send the load' },
  cluster: {
    flags: '--cluster <name>',
    description: 'The cluster of agents on the broker',
    preset: 'perfctl',
  },
  creds: { flags: '--creds <file>', description: 'Credentials file of NATS' },
  sendSecrets: {
    flags: '--send-secrets',
    description: 'Send secret variables to the agents, too; a broker has to be reached by tls://',
  },
  agentsWait: {
    flags: '--agents-wait <time>',
    description: 'How long to wait for all agents to be there, and to be ready',
    preset: '2m',
  },
  onAgentLost: {
    flags: '--on-agent-lost <abort|continue>',
    description:
      'When an agent is lost: end the run with exit code 3, or continue with the others, inconclusively',
    preset: 'abort',
    choices: ['abort', 'continue'],
  },
  resultTo: {
    flags: '--result-to <url>',
    description: 'Also send the saved result there, by PUT; a URL that ends with / gets its file name',
  },
  baseline: {
    flags: '--baseline <file>',
    description: "Baseline to compare with, instead of the scenario's",
  },
  noBaseline: { flags: '--no-baseline', description: 'Do not compare with a baseline' },
  requireBaseline: { flags: '--require-baseline', description: 'Fail if there is no baseline' },
  updateBaseline: {
    flags: '--update-baseline',
    description: 'If the run passes, make its result the new baseline',
  },
  allowEnvironment: {
    flags: '--allow-environment',
    description: 'Judge even if the baseline was made on a different kind of machine',
  },
  allowMissing: {
    flags: '--allow-missing',
    description: 'Accept that requests of the baseline are no longer sent',
  },
  confirm: {
    flags: '--confirm <ab>',
    description:
      "If the baseline suspects a regression, settle it in an A/B session with the scenario's reference",
    choices: ['ab'],
  },
  maxDuration: {
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
    flags: '--inconclusive <fail|pass>',
    description: 'Exit code of an inconclusive run: 4 (fail) or 0 (pass)',
    preset: 'pass',
    choices: ['fail', 'pass'],
  },
  stream: {
    flags: '--stream <sink=address>',
    description:
      'Send live metrics to prometheus, remote-write, otlp, influx, statsd, dogstatsd or ndjson; repeatable',
    isRepeatable: true,
  },
  report: {
    flags: '--report <format[=path]>',
    description:
      'Write a report: html, markdown, github, junit, json, csv or csv-windows; path - is stdout; repeatable',
    isRepeatable: true,
  },
  resultsDir: {
    flags: '--results-dir <dir>',
    description: 'Directory for saved results',
    preset: '.perfctl/results',
  },
  liveWeb: {
    flags: '--live-web [port]',
    description: 'Show the live run in a browser; 0.0.0.0:8080 lets other machines connect',
    parse: parseLiveWeb,
  },
  quiet: { flags: '-q, --quiet', description: 'Hide progress and notes' },
  noProgress: { flags: '--no-progress', description: 'Replace the live view with a plain line every 10 s' },
  noColor: { flags: '--no-color', description: 'Turn off colors (also: NO_COLOR)' },
} as const satisfies Readonly<Record<string, OptionSpec>>

/** The name of a shared option. */
export type OptionName = keyof typeof OPTIONS

/** A shared option with another description or default in one command. */
export function like(name: OptionName, changes: Partial<Omit<OptionSpec, 'flags'>>): OptionSpec {
  const spec: OptionSpec = OPTIONS[name]
  return { ...spec, ...changes }
}
