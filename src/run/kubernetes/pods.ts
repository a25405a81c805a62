/**
 * The pods of a run: which are ready, and why others are not, by the reason codes of their status.
 */
import { list, type Shape, text } from '../../base/shape.js'
import { COMPONENT_LABEL } from './manifest.js'

/** What is known of a pod. */
export interface Pod {
  readonly name: string
  /** The value of its label, see `Component`. */
  readonly component: string
  readonly isReady: boolean
  /** Null if nothing is wrong. */
  readonly trouble: Trouble | null
}

/** Why a pod isn't ready, or no longer. */
export interface Trouble {
  /** The code, such as `ImagePullBackOff`. */
  readonly reason: string
  /** What Kubernetes says about it, for people; empty if it says nothing. */
  readonly message: string
  /** Whether waiting is of no use. */
  readonly isFinal: boolean
}

/** Why a container waits although nothing will come. A pod without a host may get a new one, so that isn't here. */
const FINAL: readonly string[] = [
  'CrashLoopBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
  'ErrImageNeverPull',
  'ImageInspectError',
  'ImagePullBackOff',
  'InvalidImageName',
  'RunContainerError',
]

/** Why a container waits when all is well. */
const USUAL: readonly string[] = ['ContainerCreating', 'PodInitializing']

/** Reads the list of pods that `kubectl get pods -o json` prints. */
export function readPods(root: Shape): Pod[] {
  return root.get('items').list().map(readPod)
}

function readPod(pod: Shape): Pod {
  const [metadata, status] = [pod.get('metadata'), pod.get('status')]
  const conditions = status.get('conditions').or(list(readCondition), [])
  const containers = status.get('containerStatuses').or(list(readTrouble), [])
  const trouble =
    readEviction(status) ?? containers.find((found) => found !== null) ?? findUnscheduled(conditions)
  return {
    name: metadata.get('name').text(),
    component: metadata.get('labels').get(COMPONENT_LABEL).or(text, ''),
    isReady: conditions.some(({ type, isTrue }) => type === 'Ready' && isTrue),
    trouble,
  }
}

interface Condition {
  readonly type: string
  readonly isTrue: boolean
  readonly reason: string
  readonly message: string
}

function readCondition(condition: Shape): Condition {
  return {
    type: condition.get('type').text(),
    isTrue: condition.get('status').text() === 'True',
    reason: condition.get('reason').or(text, ''),
    message: condition.get('message').or(text, ''),
  }
}

function findUnscheduled(conditions: readonly Condition[]): Trouble | null {
  const found = conditions.find(({ type, isTrue }) => type === 'PodScheduled' && !isTrue)
  return found === undefined ? null : { reason: found.reason, message: found.message, isFinal: false }
}

/** What keeps a container from running, or ended it. */
function readTrouble(container: Shape): Trouble | null {
  const state = container.get('state')
  const [waiting, terminated] = [state.get('waiting'), state.get('terminated')]
  if (terminated.exists) {
    const code = terminated.get('exitCode').count()
    if (code === 0) return null
    const message = terminated.get('message').or(text, '')
    return {
      reason: terminated.get('reason').or(text, 'Error'),
      message: message === '' ? `exit code ${code}` : message,
      isFinal: true,
    }
  }
  if (!waiting.exists) return null
  const reason = waiting.get('reason').or(text, USUAL[0]!)
  if (USUAL.includes(reason)) return null
  return { reason, message: waiting.get('message').or(text, ''), isFinal: FINAL.includes(reason) }
}

/** A pod that was ended as a whole, for example because its host ran out of memory, has a reason of its own. */
function readEviction(status: Shape): Trouble | null {
  const reason = status.get('reason').or(text, '')
  if (reason === '' || status.get('phase').text() !== 'Failed') return null
  return { reason, message: status.get('message').or(text, ''), isFinal: true }
}
