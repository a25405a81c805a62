/**
 * The commands that use Kubernetes.
 */
import type { CommandGroup, CommandSpec, Refusal } from './command.js'
import type { RawManifestFlags } from './kubernetes-manifest.js'
import { KUBERNETES_OPTIONS } from './kubernetes-options.js'
import type { RawKubernetesRunFlags } from './kubernetes-run.js'
import { like } from './options.js'
import { RUN, WITHOUT_BASELINE } from './run-commands.js'

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
