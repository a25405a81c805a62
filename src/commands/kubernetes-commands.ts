/**
 * The commands that use Kubernetes.
 */
import type { CommandGroup, CommandSpec, Refusal } from './command.js'
import type { RawManifestFlags } from './kubernetes-manifest.js'
import type { RawKubernetesRunFlags } from './kubernetes-run.js'
import { like, type OptionSpec } from './options.js'
import { RUN, WITHOUT_BASELINE } from './run-commands.js'

/** What is made in Kubernetes. Parsed by `kubernetes-options.ts`, which the help doesn't need. */
export const KUBERNETES_OPTIONS: readonly OptionSpec[] = [
  like('agents', { description: 'Number of agents, each in a pod of its own' }),
  { flags: '--image <image>', description: 'Container image with perfctl, of this version' },
  { flags: '--name <name>', description: 'What the names of all objects begin with', preset: 'perfctl' },
  { flags: '--namespace <namespace>', description: "Namespace; default: that of kubectl's context" },
  { flags: '--cpu <n>', description: 'CPUs of each agent, requested and at most', preset: '2' },
  { flags: '--memory <size>', description: 'Memory of each agent, requested and at most', preset: '1Gi' },
  {
    flags: '--deadline <time>',
    description: 'End the agents after this time, even if a run is going on',
    preset: '1h',
  },
  {
    flags: '--env-from <kind/name>',
    description: "Give agents the service's secrets as variables: secret/NAME or configmap/NAME; repeatable",
    isRepeatable: true,
  },
  {
    flags: '--key-secret <name>',
    description: 'Your own Secret with PERFCTL_CLUSTER_KEY, instead of making one',
  },
  like('nats', { description: 'Your own NATS broker, instead of making one: nats://host:4222, or tls://' }),
  {
    flags: '--broker-image <image>',
    description: 'Container image with nats-server',
    preset: 'nats:2.10-alpine',
  },
]

const MANIFEST: CommandSpec = {
  name: 'manifest',
  summary: 'Print a Job of agents, a broker and their key as YAML',
  description:
    'Print what agents need in Kubernetes as YAML: a Job, a broker (NATS), and a Secret with the key that jobs are signed with, taken from PERFCTL_CLUSTER_KEY or newly made. Nothing is sent to Kubernetes.',
  argument: null,
  options: [...KUBERNETES_OPTIONS, 'cluster'],
  run: async (_argument: undefined, flags: RawManifestFlags, io) =>
    (await import('./kubernetes-manifest.js')).manifest(flags, io),
}

/** Options of `run` that make no sense with agents in Kubernetes. */
const REFUSES: readonly Refusal[] = [
  WITHOUT_BASELINE,
  {
    options: ['agent'],
    why: 'the agents are made in Kubernetes',
    instead: 'use --agents for their number',
  },
  { options: ['cluster'], why: 'each run has a cluster of its own', instead: 'remove it' },
  {
    options: ['creds'],
    why: 'agents in Kubernetes have no such file',
    instead: 'leave out --nats, so that a broker is made',
  },
  {
    options: ['sendSecrets'],
    why: "agents get the service's secrets from Kubernetes",
    instead: 'use --env-from secret/NAME',
  },
  {
    options: ['shard', 'startAt'],
    why: 'agents share the load and start together',
    instead: 'use --agents for their number',
  },
  {
    options: ['confirm', 'maxDuration'],
    why: 'an A/B session needs one machine',
    instead: 'use perfctl ab',
  },
]

/** Those that mean something else. */
const CHANGED: readonly unknown[] = ['agents', 'nats', 'workers']

const refused: readonly unknown[] = REFUSES.flatMap(({ options, beside }) =>
  beside === undefined ? options : [],
)

const RUN_THERE: CommandSpec = {
  name: 'run',
  summary: 'Make agents, run scenarios with them, and remove them',
  description:
    'Make agents in Kubernetes by kubectl, run scenarios with them as perfctl run --nats does, and remove all that was made, whatever happens.',
  argument: RUN.argument,
  options: [
    ...KUBERNETES_OPTIONS,
    { flags: '--context <name>', description: "Context of kubectl; default: kubectl's current one" },
    like('workers', {
      description: 'Threads of each agent that send load; auto is one for each of its CPUs',
    }),
    ...RUN.options.filter((option) => !CHANGED.includes(option) && !refused.includes(option)),
  ],
  refuses: REFUSES,
  run: async (names: string[], flags: RawKubernetesRunFlags, io) =>
    (await import('./kubernetes-run.js')).kubernetesRun(names, flags, io),
}

/** `perfctl kubernetes`. */
export const KUBERNETES: CommandGroup = {
  name: 'kubernetes',
  description: 'Send load from pods in Kubernetes',
  commands: [MANIFEST, RUN_THERE],
}
