/**
 * `perfctl kubernetes run`: makes agents in Kubernetes, sends the load from them as `perfctl run --nats` does, and
 * removes all that it made, whatever happens.
 */
import { UserError, userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import type { Io } from '../base/io.js'
import { renderProblem } from '../base/problem.js'
import { randomSuffix, randomToken } from '../base/rng.js'
import { text } from '../base/shape.js'
import { plural } from '../base/units.js'
import { loadNats } from '../run/agents/broker.js'
import { KEY_VARIABLE } from '../run/agents/signature.js'
import { Breakdown, type Interrupt, listenForInterrupt } from '../run/interrupt.js'
import { openForward } from '../run/kubernetes/forward.js'
import { Kubectl } from '../run/kubernetes/kubectl.js'
import { BROKER_PORT, brokerNameOf, selectorOf } from '../run/kubernetes/manifest.js'
import { Objects } from '../run/kubernetes/objects.js'
import { findFreePort } from '../run/service.js'
import { type KubernetesFlags, parseKubernetesFlags, type RawKubernetesFlags } from './kubernetes-options.js'
import { type PreparedRun, prepareRun, worseOf } from './run.js'
import type { RawRunFlags } from './run-options.js'

/** The flags, as parsed by commander. */
export interface RawKubernetesRunFlags
  extends Omit<RawRunFlags, keyof RawKubernetesFlags>,
    RawKubernetesFlags {
  readonly context?: string
}

/** Runs the scenarios. The exit code is that of `run`; 3 if the agents can't start or something can't be removed. */
export async function kubernetesRun(
  names: readonly string[],
  raw: RawKubernetesRunFlags,
  io: Io,
): Promise<ExitCode> {
  const flags = parseKubernetesFlags(raw)
  await loadNats()
  const { env, cwd } = io
  const kubectl = new Kubectl({ env, cwd, context: raw.context ?? null, namespace: flags.namespace })
  // Runs that go on at the same time never meet.
  const name = `${flags.name}-${randomSuffix()}`
  const localPort = await findFreePort()
  const runFlags: RawRunFlags = {
    ...raw,
    agents: String(flags.agents),
    nats: flags.nats ?? `nats://127.0.0.1:${localPort}`,
    cluster: name,
    ...(raw.workers === 'auto' && { workers: workersOf(flags) }),
  }
  const key = await keyOf(flags, kubectl, env)
  const prepared = await prepareRun(names, runFlags, { ...io, env: { ...env, [KEY_VARIABLE]: key } })
  const objects = new Objects(kubectl, {
    ...flags,
    name,
    cluster: name,
    key: flags.keySecret === null ? { value: key } : { secret: flags.keySecret },
    // Each scenario, and each of --runs, is a run of its own.
    once: false,
  })
  const interrupt = listenForInterrupt(io)
  try {
    // What is wrong with kubectl or its connection shows before anything is made.
    await objects.listPods(interrupt.stop)
    return await runAndRemove({ flags, name, kubectl, localPort, prepared, objects, interrupt }, io)
  } catch (error) {
    const code = codeOfInterrupt(interrupt)
    if (code === null) throw error
    return code
  } finally {
    interrupt.end()
  }
}

/** What a run in Kubernetes consists of. */
interface Parts {
  readonly flags: KubernetesFlags
  readonly name: string
  readonly kubectl: Kubectl
  readonly localPort: number
  readonly prepared: PreparedRun
  readonly objects: Objects
  readonly interrupt: Interrupt
}

/** Prints a line to stderr. */
type Say = (line: string) => void

async function runAndRemove(parts: Parts, io: Io): Promise<ExitCode> {
  const { name, prepared, objects } = parts
  const say: Say = (line) => io.stderr.write(`${line}\n`)
  const note: Say = prepared.flags.quiet ? () => {} : say
  const forget = io.onExit(() => objects.removeAtExit())
  let isRemoved = false
  const code = await runThere(parts, { say, note }).finally(async () => {
    note(`removing ${name} from Kubernetes`)
    isRemoved = await remove(parts, say)
    forget()
  })
  return isRemoved ? code : worseOf(code, EXIT.error)
}

async function runThere(
  { flags, name, kubectl, localPort, prepared, objects, interrupt }: Parts,
  { say, note }: { readonly say: Say; readonly note: Say },
): Promise<ExitCode> {
  const signal = interrupt.stop
  note(`making ${name} in Kubernetes: ${plural(flags.agents, 'agent')}`)
  // A call that makes something ends in order, unless it hangs and Ctrl-C is pressed again.
  await objects.make(interrupt.kill)
  const onNotice: Say = (line) => say(`warning: ${line}`)
  await objects.ready({ waitMs: prepared.flags.agentsWaitMs, signal, onNotice })
  const service = brokerNameOf({ name })
  const forward =
    flags.nats === null ? await openForward(kubectl, { localPort, service, port: BROKER_PORT, signal }) : null
  let code: ExitCode = EXIT.error
  try {
    signal.throwIfAborted()
    code = await prepared.start()
    return code
  } finally {
    // An agent that is gone can't tell why, but Kubernetes may know.
    if (code === EXIT.error && !signal.aborted) await tellTroubles(objects, say)
    await forward?.close()
  }
}

async function tellTroubles(objects: Objects, say: Say): Promise<void> {
  const troubles = await objects.listTroubles().catch(() => [])
  for (const problem of troubles) say(renderProblem(problem))
}

async function remove({ name, kubectl, objects }: Parts, say: Say): Promise<boolean> {
  try {
    await objects.remove()
    return true
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const command = kubectl.describe(['delete', 'job,deployment,service,secret', '-l', selectorOf(name)])
    const message = `${name} could not be removed from Kubernetes: ${error.message}`
    say(renderProblem({ message, place: null, hint: `remove it later: ${command}` }))
    return false
  }
}

/** The key that is in the environment or newly made, or else the one in the user's Secret. */
async function keyOf({ keySecret }: KubernetesFlags, kubectl: Kubectl, env: Io['env']): Promise<string> {
  if (keySecret === null) return env[KEY_VARIABLE] || randomToken()
  const encoded = await kubectl.read(['get', 'secret', keySecret], (root) =>
    root.get('data').get(KEY_VARIABLE).or(text, null),
  )
  if (encoded === null)
    throw userError(`--key-secret ${keySecret}: that Secret has no entry ${KEY_VARIABLE}`, null, 'run')
  return Buffer.from(encoded, 'base64').toString()
}

/** As many threads as an agent has CPUs. It would count those of its host. */
function workersOf({ cpu }: KubernetesFlags): string {
  const cpus = Number.parseFloat(cpu) / (cpu.endsWith('m') ? 1000 : 1)
  return String(Math.max(1, Math.floor(cpus)))
}

/** Null if nothing was interrupted. Throws the bug that stopped the run. */
function codeOfInterrupt({ stop, signalName }: Interrupt): ExitCode | null {
  if (!stop.aborted) return null
  if (stop.reason instanceof Breakdown) throw stop.reason.cause
  return signalName() === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted
}
