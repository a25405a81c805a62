/**
 * The commands that use a Kubernetes cluster.
 */
import type { CommandGroup } from './command.js'
import type { RawManifestFlags } from './kubernetes-manifest.js'
import { KUBERNETES_OPTIONS } from './kubernetes-options.js'

/** `perfctl kubernetes`. */
export const KUBERNETES: CommandGroup = {
  name: 'kubernetes',
  description: 'Send load from the pods of a Kubernetes cluster',
  commands: [
    {
      name: 'manifest',
      summary: 'Print a Job of agents, a broker and their key as YAML',
      description:
        'Print what agents need in a Kubernetes cluster as YAML: a Job, a broker (NATS), and a Secret with the key that jobs are signed with, taken from PERFCTL_CLUSTER_KEY or newly made. Nothing is sent to Kubernetes.',
      argument: null,
      options: [
        ...KUBERNETES_OPTIONS,
        {
          flags: '--cluster <name>',
          description: 'Name by which a run finds the agents at the broker; default: as --name',
        },
      ],
      run: async (_argument: undefined, flags: RawManifestFlags, io) =>
        (await import('./kubernetes-manifest.js')).manifest(flags, io),
    },
  ],
}
