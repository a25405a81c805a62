/**
 * What perfctl needs in Kubernetes: a Job of agents, a broker that connects them with their coordinator, and the key
 * that both sign with. Valid under the strictest pod security standard, `restricted`.
 */

import { KEY_VARIABLE } from '../agents/signature.js'

/** A Secret or a ConfigMap whose entries become environment variables of the agents. */
export interface EnvSource {
  readonly kind: 'secret' | 'configmap'
  readonly name: string
}

/** What to make. */
export interface ManifestOptions {
  /** The name of the Job. The names of everything else begin with it. */
  readonly name: string
  /** Null leaves the choice to kubectl. */
  readonly namespace: string | null
  readonly agents: number
  readonly image: string
  readonly brokerImage: string
  /** The URL of the user's own broker; null makes one. */
  readonly nats: string | null
  /** The name by which agents and coordinator find each other at the broker. */
  readonly cluster: string
  /** Of each agent, as Kubernetes writes quantities. */
  readonly cpu: string
  readonly memory: string
  /** After this time, agents that are still there are ended. */
  readonly deadlineSeconds: number
  /** Where agents find the key: in a Secret that is made here, or in the user's own, by its name. */
  readonly key: { readonly value: string } | { readonly secret: string }
  readonly envFrom: readonly EnvSource[]
  /** Whether agents end after one run. */
  readonly once: boolean
}

/** A Kubernetes object, as it is applied. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly [key: string]: unknown }
  readonly [key: string]: unknown
}

/** The port of the broker that is made. */
export const BROKER_PORT = 4222

/** The parts of a deployment, as the label `app.kubernetes.io/component` names them. */
export type Component = 'agent' | 'broker'

/** The label that tells agents from the broker. */
export const COMPONENT_LABEL = 'app.kubernetes.io/component'

/** A Job that has ended is removed after this time. */
const KEPT_SECONDS = 600

/** The user `node` of the official images of Node.js; the broker may be any. */
const USER_ID = 1000

/** All objects, in the order in which they are applied: what others need comes first. */
export function makeManifests(options: ManifestOptions): readonly Manifest[] {
  return [...makeSecret(options), ...(options.nats === null ? makeBroker(options) : []), makeJob(options)]
}

/** A query for everything that belongs to a name. */
export function selectorOf(name: string): string {
  return `app.kubernetes.io/instance=${name}`
}

/** The name of the Service in front of the broker. */
export function brokerNameOf({ name }: Pick<ManifestOptions, 'name'>): string {
  return `${name}-nats`
}

function makeSecret({ key, ...options }: ManifestOptions): Manifest[] {
  if ('secret' in key) return []
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: metadataOf(options, options.name),
      stringData: { [KEY_VARIABLE]: key.value },
    },
  ]
}

function makeBroker(options: ManifestOptions): Manifest[] {
  const name = brokerNameOf(options)
  const labels = labelsOf(options, 'broker')
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadataOf(options, name),
      spec: {
        selector: labels,
        ports: [{ name: 'nats', port: BROKER_PORT, targetPort: 'nats' }],
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadataOf(options, name),
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: STAYS },
          spec: {
            ...POD,
            containers: [
              {
                name: 'nats',
                image: options.brokerImage,
                args: ['--port', String(BROKER_PORT)],
                ports: [{ name: 'nats', containerPort: BROKER_PORT }],
                readinessProbe: { tcpSocket: { port: 'nats' }, periodSeconds: 1 },
                resources: sizedTo({ cpu: '500m', memory: '256Mi' }),
                securityContext: CONFINED,
              },
            ],
          },
        },
      },
    },
  ]
}

function makeJob(options: ManifestOptions): Manifest {
  const { name, agents, image, cluster, cpu, memory, deadlineSeconds, key, once } = options
  const labels = labelsOf(options, 'agent')
  const broker = options.nats ?? `nats://${brokerNameOf(options)}:${BROKER_PORT}`
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf(options, name),
    spec: {
      completions: agents,
      parallelism: agents,
      completionMode: 'Indexed',
      // A second pod would come too late for its part of the load.
      backoffLimit: 0,
      activeDeadlineSeconds: deadlineSeconds,
      ttlSecondsAfterFinished: KEPT_SECONDS,
      template: {
        metadata: { labels, annotations: STAYS },
        spec: {
          ...POD,
          restartPolicy: 'Never',
          // Agents that share a host share its CPUs and its network.
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: labels },
            },
          ],
          containers: [
            {
              name: 'agent',
              image,
              args: [
                'agent',
                ...['--nats', broker, '--cluster', cluster, '--name', '$(POD_NAME)'],
                ...(once ? ['--once'] : []),
              ],
              env: [
                { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
                {
                  name: KEY_VARIABLE,
                  valueFrom: {
                    secretKeyRef: { name: 'secret' in key ? key.secret : name, key: KEY_VARIABLE },
                  },
                },
              ],
              ...(options.envFrom.length > 0 && { envFrom: options.envFrom.map(referTo) }),
              resources: sizedTo({ cpu, memory }),
              securityContext: CONFINED,
            },
          ],
        },
      },
    },
  }
}

/** What all pods have in common. */
const POD = {
  automountServiceAccountToken: false,
  // Agents have no variables but those that are given.
  enableServiceLinks: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: USER_ID,
    runAsGroup: USER_ID,
    seccompProfile: { type: 'RuntimeDefault' },
  },
} as const

const CONFINED = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
} as const

/** Keeps autoscalers from moving a pod during a run. */
const STAYS = {
  'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
  'karpenter.sh/do-not-disrupt': 'true',
} as const

function metadataOf({ name, namespace }: Pick<ManifestOptions, 'name' | 'namespace'>, own: string) {
  return {
    name: own,
    ...(namespace !== null && { namespace }),
    labels: { 'app.kubernetes.io/name': 'perfctl', 'app.kubernetes.io/instance': name },
  }
}

function labelsOf({ name }: ManifestOptions, component: Component) {
  return {
    'app.kubernetes.io/name': 'perfctl',
    'app.kubernetes.io/instance': name,
    [COMPONENT_LABEL]: component,
  }
}

/** Equal requests and limits: pods of the highest class of service, the last to be evicted. */
function sizedTo(size: { readonly cpu: string; readonly memory: string }) {
  return { requests: size, limits: size }
}

function referTo({ kind, name }: EnvSource) {
  return kind === 'secret' ? { secretRef: { name } } : { configMapRef: { name } }
}
