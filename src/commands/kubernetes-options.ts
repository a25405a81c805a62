/**
 * Parses the flags of `perfctl kubernetes`. All invalid ones are reported, not just the first.
 */
import { type Problem, UserError } from '../base/errors.js'
import { parseDuration } from '../base/units.js'
import type { EnvSource } from '../run/kubernetes/manifest.js'
import { readClusterPlace } from './cluster-place.js'
import type { Wrong } from './option-values.js'

/** The flags that say what is made in Kubernetes, as parsed by commander. */
export interface RawKubernetesFlags {
  readonly agents?: string
  readonly image?: string
  readonly name: string
  readonly namespace?: string
  readonly cpu: string
  readonly memory: string
  readonly deadline: string
  readonly envFrom?: readonly string[]
  readonly keySecret?: string
  readonly nats?: string
  readonly brokerImage: string
}

/** The flags as values. */
export interface KubernetesFlags {
  readonly agents: number
  readonly image: string
  readonly name: string
  readonly namespace: string | null
  readonly cpu: string
  readonly memory: string
  readonly deadlineSeconds: number
  readonly envFrom: readonly EnvSource[]
  readonly keySecret: string | null
  readonly nats: string | null
  readonly brokerImage: string
}

/** Names of pods end with numbers of their own, and have 63 characters at most. */
const NAME_MAX = 40

const LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/
const NAMESPACE = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const OBJECT_NAME = /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/
/** Neither may be zero. */
const CPU = /^(?!0+(\.0+)?\D*$)(\d+(\.\d{1,3})?|\d+m)$/
const MEMORY = /^(?!0+(\.0+)?\D*$)\d+(\.\d+)?([KMGT]i|[kMGT])$/

/** Parses the flags. Throws a UserError that lists all invalid ones. */
export function parseKubernetesFlags(raw: RawKubernetesFlags): KubernetesFlags {
  const problems: Problem[] = []
  const wrong: Wrong = (message, hint) => problems.push({ message, place: null, hint })
  const matching = (flag: string, value: string, form: RegExp, kind: string, example: string): string => {
    if (!form.test(value)) wrong(`${flag} ${value}: not ${kind}`, `write, for example, ${flag} ${example}`)
    return value
  }
  const flags: KubernetesFlags = {
    agents: readAgents(raw.agents, wrong),
    image: readImage('--image', raw.image, wrong),
    name: readName(raw.name, wrong),
    namespace:
      raw.namespace === undefined
        ? null
        : matching('--namespace', raw.namespace, NAMESPACE, 'the name of a namespace', 'load-tests'),
    cpu: matching('--cpu', raw.cpu, CPU, 'a number of CPUs', '2, or --cpu 500m for a half'),
    memory: matching('--memory', raw.memory, MEMORY, 'a size of memory', '1Gi'),
    deadlineSeconds: readDeadline(raw.deadline, wrong),
    envFrom: (raw.envFrom ?? []).map((text) => readEnvSource(text, wrong)),
    keySecret:
      raw.keySecret === undefined
        ? null
        : matching('--key-secret', raw.keySecret, OBJECT_NAME, 'the name of a Secret', 'perfctl-key'),
    nats: readNats(raw.nats, wrong),
    brokerImage: readImage('--broker-image', raw.brokerImage, wrong),
  }
  if (problems.length > 0) throw new UserError(problems)
  return flags
}

function readAgents(text: string | undefined, wrong: Wrong): number {
  const count = text !== undefined && /^\d+$/.test(text) ? Number(text) : 0
  if (count < 1 || !Number.isSafeInteger(count)) {
    wrong(
      text === undefined ? '--agents is missing' : `--agents ${text}: not a whole number of 1 or more`,
      'write the number of agents, such as --agents 4',
    )
  }
  return count
}

function readNats(nats: string | undefined, wrong: Wrong): string | null {
  const place = readClusterPlace({ nats }, wrong)
  if (place?.servers.some(({ username }) => username !== '') === true) {
    wrong(
      '--nats: a login would be readable in the Job',
      'name a broker that needs none, or leave out --nats, so that one is made',
    )
  }
  return nats ?? null
}

function readImage(flag: string, text: string | undefined, wrong: Wrong): string {
  if (text !== undefined && /^[\w][\w./:@-]*$/.test(text)) return text
  wrong(
    text === undefined ? `${flag} is missing` : `${flag} ${text}: not a container image`,
    `write, for example, ${flag} registry.example/perfctl:1.0.0`,
  )
  return ''
}

function readName(text: string, wrong: Wrong): string {
  if (LABEL.test(text) && text.length <= NAME_MAX) return text
  wrong(
    `--name ${text}: not a name for objects in Kubernetes`,
    `write a letter, then letters, digits and dashes, all lower case and ${NAME_MAX} at most`,
  )
  return text
}

function readDeadline(text: string, wrong: Wrong): number {
  const ms = parseDuration(text)
  if (ms !== null && ms >= 1000) return Math.ceil(ms / 1000)
  wrong(
    `--deadline ${text}: not a duration of a second or more`,
    'write a number and a unit, such as 30m or 2h',
  )
  return 0
}

function readEnvSource(text: string, wrong: Wrong): EnvSource {
  const [kind, name = ''] = text.split('/', 2) as [string, string?]
  if ((kind !== 'secret' && kind !== 'configmap') || !OBJECT_NAME.test(name) || text !== `${kind}/${name}`) {
    wrong(
      `--env-from ${text}: not a Secret or a ConfigMap`,
      'write its kind and its name, such as --env-from secret/shop or configmap/shop',
    )
  }
  return { kind: kind as EnvSource['kind'], name }
}
