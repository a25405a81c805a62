/**
 * The messages between the coordinator of a run and its agents, versioned. An agent says hello; it is pinged, to learn how
 * its clock differs; it gets its part of a job, becomes ready, and starts when it's told; it sends each window of each of
 * its workers, and in the end how its load ended. In a search for a capacity, the level of its load is told on the way, and
 * one agent may look at the service before. Both send beats, so that each notices when the other is gone.
 */
import type { Ms } from '../../base/clock.js'
import type { Environment } from '../../base/host.js'
import { flag, list, number, Shape, ShapeError, text } from '../../base/shape.js'
import type { FleetEnd, FleetFailure } from '../../load/fleet/threads.js'
import type { WindowData } from '../../load/measure/window-recorder.js'
import type { AddressChange } from '../../scenario/model/http-types.js'
import type { LoadOverride } from '../../scenario/model/override.js'
import { readReadyMark } from '../../stats/ready.js'
import type { ReadyMark } from '../../stats/result.js'
import type { FirstLoad } from '../capacity/first-load.js'
import type { SteeredPart } from '../capacity/load.js'
import { readWindow, windowToJson } from './window-wire.js'

/** The version of the messages. Both sides also have to be the same version of perfctl. */
export const PROTOCOL = 1

/** What all agents of a run send together. */
export interface Job {
  /** The scenario file as the user named it, for messages. */
  readonly file: string
  readonly text: string
  /** The files that it names, by the name it uses, in base64. */
  readonly files: Readonly<Record<string, string>>
  /** The variables it uses, except secrets. */
  readonly env: Readonly<Record<string, string>>
  /** The names of the secret ones, which each agent takes from its own environment. */
  readonly secrets: readonly string[]
  readonly profile: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly load: LoadOverride
  readonly insecure: boolean
  readonly connectTo: readonly AddressChange[]
  /** The scenario's hash, by which an agent knows that it read the same. */
  readonly hash: string
}

/** One agent's part of its job. */
export interface Assignment {
  readonly target: string
  readonly seed: number
  readonly today: Ms
  /** What `before` captured. */
  readonly variables: Readonly<Record<string, unknown>>
  /** The number of workers; null for one per core. */
  readonly workers: number | null
  /** The load of a search, instead of the scenario's; null for that. */
  readonly steered: SteeredPart | null
  /** From 1. */
  readonly index: number
  readonly of: number
}

/** From the coordinator. */
export type Order =
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'job'; readonly job: Job }
  | { readonly type: 'assign'; readonly assignment: Assignment }
  /** Look how fast the service is, as the first part of a search: journeys may pause for so long. Only before the start. */
  | { readonly type: 'look'; readonly pausesMs: Ms }
  /** Start then, by the agent's wall clock. */
  | { readonly type: 'start'; readonly atMs: Ms }
  /** From `atMs` of the load on, its level is `level`: that of all agents together. */
  | { readonly type: 'level'; readonly atMs: Ms; readonly level: number }
  /** Start no more requests; let those in flight finish. */
  | { readonly type: 'stop' }
  /** Abort the requests in flight. */
  | { readonly type: 'kill' }
  | { readonly type: 'beat' }

/** From an agent. */
export type Answer =
  | {
      readonly type: 'hello'
      readonly protocol: number
      readonly name: string
      readonly environment: Environment
    }
  | { readonly type: 'pong'; readonly id: number; readonly wallMs: Ms }
  /** Its workers are there, and its target can be reached; `service` is the answer that made the target ready, if it had to. */
  | { readonly type: 'ready'; readonly workers: number; readonly service: ReadyMark | null }
  /** What it saw of the service. */
  | { readonly type: 'looked'; readonly found: FirstLoad }
  /** It heard of a change of the level so long before it; below 0 if it was too late. One for each change, in order. */
  | { readonly type: 'level'; readonly aheadMs: Ms }
  /** It can't send its part; nothing was sent. */
  | { readonly type: 'refused'; readonly message: string; readonly hint: string | null }
  /** It began so late, in ms. */
  | { readonly type: 'running'; readonly lateMs: Ms }
  | { readonly type: 'window'; readonly worker: number; readonly window: WindowData }
  | { readonly type: 'worker-end'; readonly worker: number }
  | { readonly type: 'end'; readonly end: FleetEnd }
  | { readonly type: 'beat' }

const KINDS: readonly FleetFailure['kind'][] = ['spent', 'crashed', 'memory', 'stuck', 'agent']

/** The answer as plain JSON. */
export function answerToJson(answer: Answer): object {
  if (answer.type === 'window') return { ...answer, window: windowToJson(answer.window) }
  if (answer.type !== 'end') return answer
  // JSON has no infinity: the load never began.
  const { stoppedMs, failure } = answer.end
  return { type: 'end', end: { stoppedMs: Number.isFinite(stoppedMs) ? stoppedMs : null, failure } }
}

/** Reads a line from an agent, for a scenario with so many series. Throws a ShapeError for anything else. */
export function readAnswer(line: string, series: number): Answer {
  const shape = Shape.parse(line)
  const type = shape.get('type').text()
  switch (type) {
    case 'hello':
      return {
        type,
        protocol: shape.get('protocol').count(),
        name: shape.get('name').text(),
        environment: readEnvironment(shape.get('environment')),
      }
    case 'pong':
      return { type, id: shape.get('id').count(), wallMs: shape.get('wallMs').number() }
    case 'ready':
      return {
        type,
        workers: readWorkers(shape.get('workers')),
        service: shape.get('service').or(readReadyMark, null),
      }
    case 'looked':
      return { type, found: readFirstLoad(shape.get('found')) }
    case 'level':
      return { type, aheadMs: shape.get('aheadMs').number() }
    case 'refused':
      return { type, message: shape.get('message').text(), hint: shape.get('hint').or(text, null) }
    case 'running':
      return { type, lateMs: shape.get('lateMs').number() }
    case 'window':
      return {
        type,
        worker: shape.get('worker').count(),
        window: readWindow(shape.get('window'), series),
      }
    case 'worker-end':
      return { type, worker: shape.get('worker').count() }
    case 'end':
      return { type, end: readEnd(shape.get('end')) }
    case 'beat':
      return { type }
    default:
      throw new ShapeError(`${type} is no message of an agent`)
  }
}

/** Reads a line from a coordinator. Throws a ShapeError for anything else. */
export function readOrder(line: string): Order {
  const shape = Shape.parse(line)
  const type = shape.get('type').text()
  switch (type) {
    case 'ping':
      return { type, id: shape.get('id').count() }
    case 'job':
      return { type, job: readJob(shape.get('job')) }
    case 'assign':
      return { type, assignment: readAssignment(shape.get('assignment')) }
    case 'look':
      return { type, pausesMs: readAmount(shape.get('pausesMs')) }
    case 'start':
      return { type, atMs: shape.get('atMs').number() }
    case 'level':
      return { type, atMs: shape.get('atMs').number(), level: readAmount(shape.get('level')) }
    case 'stop':
    case 'kill':
    case 'beat':
      return { type }
    default:
      throw new ShapeError(`${type} is no message of a coordinator`)
  }
}

function readAmount(shape: Shape): number {
  const amount = shape.number()
  return amount >= 0 ? amount : shape.fail('0 or more')
}

function readFirstLoad(shape: Shape): FirstLoad {
  const load = shape.get('load').number()
  const doubt = shape.get('doubt').or(text, null)
  return load > 0 ? { load, ...(doubt !== null && { doubt }) } : shape.get('load').fail('above 0')
}

function readSteered(shape: Shape): SteeredPart {
  return {
    of: shape.get('of').oneOf(['rate', 'vus'] as const),
    most: readAmount(shape.get('most')),
    durationMs: readAmount(shape.get('durationMs')),
  }
}

/** No machine has more cores. */
const WORKERS_MAX = 4096

function readWorkers(shape: Shape): number {
  const workers = shape.count()
  return workers >= 1 && workers <= WORKERS_MAX ? workers : shape.fail(`1 to ${WORKERS_MAX}`)
}

/** Reads what an agent says of its machine. Throws a ShapeError if it is incomplete. */
export function readEnvironment(shape: Shape): Environment {
  return {
    perfctl: shape.get('perfctl').text(),
    node: shape.get('node').text(),
    os: shape.get('os').text(),
    cpu: shape.get('cpu').text(),
    cores: shape.get('cores').count(),
  }
}

function readEnd(shape: Shape): FleetEnd {
  return {
    stoppedMs: shape.get('stoppedMs').or(number, Number.NEGATIVE_INFINITY),
    failure: shape.get('failure').or(readFailure, null),
  }
}

function readFailure(shape: Shape): FleetFailure {
  return {
    kind: shape.get('kind').oneOf(KINDS),
    worker: shape.get('worker').count(),
    workers: shape.get('workers').count(),
    workedMs: shape.get('workedMs').or(number, null),
    message: shape.get('message').text(),
    stack: shape.get('stack').or(text, null),
    code: shape.get('code').or(text, null),
  }
}

function readAssignment(shape: Shape): Assignment {
  const [index, of] = [shape.get('index').count(), shape.get('of').count()]
  if (index < 1 || index > of) shape.get('index').fail(`one of 1 to ${of}`)
  return {
    target: shape.get('target').text(),
    seed: shape.get('seed').count(),
    today: shape.get('today').number(),
    variables: shape.get('variables').object(),
    workers: shape.get('workers').or((each) => each.count(), null),
    steered: shape.get('steered').or(readSteered, null),
    index,
    of,
  }
}

function readJob(shape: Shape): Job {
  const load = shape.get('load')
  const stages = load.get('stages').or(
    list((stage) => ({
      durationMs: stage.get('durationMs').number(),
      target: stage.get('target').count(),
    })),
    undefined,
  )
  const figure = (name: string) => load.get(name).or(number, undefined)
  return {
    file: shape.get('file').text(),
    text: shape.get('text').text(),
    files: readTexts(shape.get('files')),
    env: readTexts(shape.get('env')),
    secrets: shape.get('secrets').list().map(text),
    profile: shape.get('profile').or(text, null),
    headers: readTexts(shape.get('headers')),
    load: {
      vus: figure('vus'),
      durationMs: figure('durationMs'),
      ratePerSecond: figure('ratePerSecond'),
      iterations: figure('iterations'),
      stages,
    },
    insecure: flag(shape.get('insecure')),
    connectTo: shape.get('connectTo').list().map(readAddressChange),
    hash: shape.get('hash').text(),
  }
}

function readTexts(shape: Shape): Record<string, string> {
  // Without a prototype, since names come from elsewhere.
  const texts: Record<string, string> = Object.create(null)
  for (const name of Object.keys(shape.object())) texts[name] = shape.get(name).text()
  return texts
}

function readAddressChange(shape: Shape): AddressChange {
  return {
    host: shape.get('host').or(text, null),
    port: shape.get('port').or(number, null),
    toHost: shape.get('toHost').or(text, null),
    toPort: shape.get('toPort').or(number, null),
  }
}
