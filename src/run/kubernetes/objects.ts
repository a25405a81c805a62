/**
 * The objects of one run in Kubernetes: made, tied together, watched until they are ready, and removed.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Ms, now } from '../../base/clock.js'
import { type Problem, UserError, userError } from '../../base/errors.js'
import { printable } from '../../base/printable.js'
import type { Shape } from '../../base/shape.js'
import { formatDuration, plural } from '../../base/units.js'
import type { Kubectl } from './kubectl.js'
import { type Component, type Manifest, type ManifestOptions, makeManifests, selectorOf } from './manifest.js'
import { type Pod, readPods, type Trouble } from './pods.js'

/** How often pods are looked at. */
const LOOK_MS: Ms = 1000

/** Pods have to be ready so many times in a row: one whose program fails at once is ready for a moment. */
const LOOKS = 2

/** Objects are removed so often, and so long apart, until it succeeds. */
const REMOVALS = 3
const REMOVAL_PAUSE_MS: Ms = 1000

/** How pods are awaited. */
export interface ReadyOptions {
  readonly waitMs: Ms
  /** Ends the wait with an error. */
  readonly signal: AbortSignal
  /** Called once for each trouble that may pass. */
  readonly onNotice: (text: string) => void
}

/** The objects of one run. */
export class Objects {
  private readonly kubectl: Kubectl
  private readonly options: ManifestOptions
  private readonly manifests: readonly Manifest[]

  constructor(kubectl: Kubectl, options: ManifestOptions) {
    this.kubectl = kubectl
    this.options = options
    this.manifests = makeManifests(options)
  }

  /** The pods that there are by now. */
  listPods(signal?: AbortSignal): Promise<Pod[]> {
    const args = ['get', 'pods', '--selector', selectorOf(this.options.name)]
    return this.kubectl.read(args, readPods, signal)
  }

  /** What is wrong with pods by now, each with what it printed last. */
  async listTroubles(): Promise<Problem[]> {
    const pods = await this.listPods()
    return Promise.all(pods.filter(isInTrouble).map((pod) => this.problemOf(pod)))
  }

  /**
   * Makes all objects. The Job owns the others, so that Kubernetes removes them some time after its end, even if perfctl
   * can't. The signal ends that with an error.
   */
  async make(signal: AbortSignal): Promise<void> {
    await this.apply(this.manifests, signal)
    const [others, { apiVersion, kind, metadata }] = [this.manifests.slice(0, -1), this.manifests.at(-1)!]
    if (others.length === 0) return
    const { name } = metadata
    const readUid = (job: Shape) => job.get('metadata').get('uid').text()
    const uid = await this.kubectl.read(['get', 'job', name], readUid, signal)
    const ownerReferences = [{ apiVersion, kind, name, uid }]
    const owned = others.map((other) => ({ ...other, metadata: { ...other.metadata, ownerReferences } }))
    await this.apply(owned, signal)
  }

  /** Waits until broker and agents are ready. Throws a UserError (exit 3) if one can't start or takes too long. */
  async ready({ waitMs, signal, onNotice }: ReadyOptions): Promise<void> {
    const deadline = now() + waitMs
    const told = new Set<string>()
    for (let looks = 0; ; ) {
      const pods = await this.listPods(signal)
      const late = pods.filter(({ isReady }) => !isReady)
      const broken = late.filter(isInTrouble).find(({ trouble }) => trouble.isFinal)
      if (broken !== undefined) throw new UserError([await this.problemOf(broken)], 'run')
      const missing = this.countMissing(pods)
      looks = missing.broker === 0 && missing.agent === 0 ? looks + 1 : 0
      if (looks === LOOKS) return
      if (looks === 0 && now() > deadline) throw this.lateness(missing, late, waitMs)
      for (const text of late.filter(isInTrouble).map(describe)) {
        if (!told.has(text)) onNotice(text)
        told.add(text)
      }
      await sleep(LOOK_MS, undefined, { signal })
    }
  }

  /** Removes all objects, also those that were made in part. Throws a UserError (exit 3) if that fails. */
  async remove(): Promise<void> {
    for (let rest = REMOVALS - 1; ; rest--) {
      try {
        await this.kubectl.run(REMOVE, this.toRemove())
        return
      } catch (error) {
        if (rest === 0) throw error
        await sleep(REMOVAL_PAUSE_MS)
      }
    }
  }

  /** The same while this process exits. */
  removeAtExit(): void {
    this.kubectl.runAtExit(REMOVE, this.toRemove())
  }

  /** The Job first: what it owns is removed with it, even if only this succeeds. */
  private toRemove(): object {
    return listOf(this.manifests.toReversed())
  }

  private async apply(manifests: readonly object[], signal: AbortSignal): Promise<void> {
    // The server applies them, so that the key is not copied into an annotation.
    const args = ['apply', '--server-side', '--field-manager=perfctl', '--validate=false', '--filename=-']
    await this.kubectl.run(args, listOf(manifests), signal)
  }

  /** How many pods are not ready yet. */
  private countMissing(pods: readonly Pod[]): Readonly<Record<Component, number>> {
    const ready = (component: Component) =>
      pods.filter((pod) => pod.isReady && pod.component === component).length
    const brokers = this.options.nats === null ? 1 : 0
    return {
      broker: Math.max(0, brokers - ready('broker')),
      agent: Math.max(0, this.options.agents - ready('agent')),
    }
  }

  private lateness(
    missing: Readonly<Record<Component, number>>,
    late: readonly Pod[],
    waitMs: Ms,
  ): UserError {
    const { agents } = this.options
    const pod = late.find(isInTrouble)
    const parts = [
      missing.broker > 0 ? 'the broker is not ready' : null,
      missing.agent > 0 ? `${agents - missing.agent} of ${plural(agents, 'agent')} are ready` : null,
      pod === undefined ? null : describe(pod),
    ]
    return userError(
      `after ${formatDuration(waitMs)}: ${parts.filter((part) => part !== null).join('; ')}`,
      'wait longer with --agents-wait, or ask for less with --agents, --cpu and --memory',
      'run',
    )
  }

  private async problemOf(pod: PodInTrouble): Promise<Problem> {
    const printed = await this.kubectl.run(['logs', pod.name, '--tail=3']).catch(() => '')
    const line = printable(printed.trim().replaceAll(/\s+/g, ' '))
    const message = `${describe(pod)}${line === '' ? '' : `; it printed: ${line}`}`
    return { message, place: null, hint: HINTS.get(pod.trouble.reason) ?? null }
  }
}

type PodInTrouble = Pod & { readonly trouble: Trouble }

function isInTrouble(pod: Pod): pod is PodInTrouble {
  return pod.trouble !== null
}

function describe({ name, trouble: { reason, message } }: PodInTrouble): string {
  return `pod ${name}: ${reason}${message === '' ? '' : `: ${printable(message)}`}`
}

const REMOVE = ['delete', '--ignore-not-found', '--wait=false', '--filename=-']

const PULL = 'check the image, and that Kubernetes may pull it'

/** What to do about a trouble, by its reason. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ['ErrImageNeverPull', PULL],
  ['ImagePullBackOff', PULL],
  ['InvalidImageName', PULL],
  ['CreateContainerConfigError', 'check the names in --env-from and --key-secret'],
  ['OOMKilled', 'give each agent more with --memory'],
])

function listOf(items: readonly object[]): object {
  return { apiVersion: 'v1', kind: 'List', items }
}
