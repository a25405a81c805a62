/**
 * A stand-in for the API server of Kubernetes, as far as perfctl's kubectl needs one. A Job's pods are processes that
 * run perfctl, a Deployment's are processes that run nats-server; a Service is another address of such a process.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { findFreePort } from '../../../src/run/service.js'
import { forwardPort } from './port-forward.js'
import { NATS_SERVER } from './programs.js'

const PERFCTL = fileURLToPath(new URL('../../../bin/perfctl.js', import.meta.url))

/** What its cluster can't do. */
type Fault = 'pull' | 'schedule' | 'broker' | 'crash' | 'apply' | 'delete'

export interface ApiServer {
  /** A file for KUBECONFIG. */
  readonly config: string
  /** `kind/name` of all objects but pods, as there are now. */
  list(): string[]
  /** All objects but pods that were ever made, as they were applied last. */
  readonly made: ReadonlyMap<string, Body>
  /** How many connections of `kubectl port-forward` are open. */
  readonly forwards: number
  /** Cuts them. */
  dropForwards(): void
  /** Kills the first agent, as for its use of memory. */
  killAgent(): void
  /** Processes of pods that still run. */
  running(): number
  close(): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: whatever is sent.
type Body = any

/** Kinds by the names in their URLs. */
const KINDS: Readonly<Record<string, { readonly kind: string; readonly group: string }>> = {
  pods: { kind: 'Pod', group: 'v1' },
  services: { kind: 'Service', group: 'v1' },
  secrets: { kind: 'Secret', group: 'v1' },
  deployments: { kind: 'Deployment', group: 'apps/v1' },
  jobs: { kind: 'Job', group: 'batch/v1' },
}

export interface ApiServerOptions {
  readonly fault?: Fault
  /** Secrets that are there from the start. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** Starts a server on a free port. */
export async function startApiServer({ fault, secrets = {} }: ApiServerOptions = {}): Promise<ApiServer> {
  const objects = new Map<string, Body>()
  const made = new Map<string, Body>()
  const pods = new Set<Pod>()
  for (const [name, stringData] of Object.entries(secrets))
    objects.set(
      `secrets/${name}`,
      secretOf({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData }),
    )
  const brokerPort = await findFreePort()

  const store = (path: string, body: Body): Body => {
    const { uid = `uid-${objects.size + 1}` } = objects.get(path)?.metadata ?? {}
    const isNew = !objects.has(path)
    const object = secretOf({ ...body, metadata: { ...body.metadata, uid } })
    objects.set(path, object)
    made.set(path, object)
    if (!isNew) return object
    const { completions = 1, template } = object.spec ?? {}
    for (let index = 0; template !== undefined && index < completions; index++) {
      const pod = new Pod(path, `${body.metadata.name}-${index}`, template, { fault, objects, brokerPort })
      pods.add(pod)
      void pod.start()
    }
    return object
  }
  const remove = async (path: string) => {
    objects.delete(path)
    for (const pod of pods) {
      if (pod.owner !== path) continue
      pods.delete(pod)
      pod.kill()
    }
  }

  const answer = async (request: IncomingMessage): Promise<Body> => {
    const url = new URL(request.url!, 'http://server')
    const discovered = discover(url.pathname)
    if (discovered !== null) return discovered
    const [, plural, name, part] =
      /\/namespaces\/team\/(\w+)(?:\/([^/]+))?(?:\/(\w+))?$/.exec(url.pathname) ?? []
    const path = `${plural}/${name}`
    const wanted = Object.fromEntries(
      new URLSearchParams((url.searchParams.get('labelSelector') ?? '').replaceAll(',', '&')),
    )
    if (plural === 'pods') {
      const all = [...pods].filter((pod) => [undefined, pod.name].includes(name) && pod.matches(wanted))
      if (name === undefined)
        return { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: all.map((pod) => pod.describe()) }
      return part === 'log' ? all[0]?.printed : all[0]?.describe()
    }
    if (request.method === 'PATCH') {
      if (fault === 'apply' && plural === 'jobs') return statusOf(403, 'Forbidden', 'jobs.batch is forbidden')
      return store(path, JSON.parse(await read(request)))
    }
    if (!objects.has(path)) return statusOf(404, 'NotFound', `${path} not found`)
    if (request.method !== 'DELETE') return objects.get(path)
    if (fault === 'delete') return statusOf(403, 'Forbidden', `${path} can not be deleted`)
    await remove(path)
    return { kind: 'Status', apiVersion: 'v1', status: 'Success' }
  }
  const server = createServer(async (request, response) => {
    const body = await answer(request)
    const isText = typeof body === 'string'
    response.writeHead(body?.code ?? 200, { 'content-type': isText ? 'text/plain' : 'application/json' })
    response.end(isText ? body : JSON.stringify(body))
  })
  const forwards = new Set<Duplex>()
  server.on('upgrade', (request, socket) => {
    // Without web sockets, kubectl falls back to SPDY.
    if (request.headers.upgrade !== 'SPDY/3.1') return void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    forwards.add(socket)
    socket.once('close', () => forwards.delete(socket))
    forwardPort(socket, brokerPort)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const folder = mkdtempSync(join(tmpdir(), 'perfctl-kubernetes-'))
  const config = join(folder, 'config.json')
  writeFileSync(config, JSON.stringify(configOf((server.address() as AddressInfo).port)))
  return {
    config,
    list: () => [...objects.keys()],
    made,
    get forwards() {
      return forwards.size
    },
    dropForwards() {
      for (const socket of forwards) socket.destroy()
    },
    killAgent: () => [...pods].find(({ owner }) => owner.startsWith('jobs/'))!.kill(),
    running: () => [...pods].filter((pod) => pod.isAlive).length,
    async close() {
      for (const path of objects.keys()) await remove(path)
      server.close()
      server.closeAllConnections()
      rmSync(folder, { recursive: true })
    },
  }
}

/** What all pods need of their cluster. */
interface Cluster {
  readonly fault: Fault | undefined
  readonly objects: ReadonlyMap<string, Body>
  readonly brokerPort: number
}

/** How a container looks that was killed for its use of memory. */
const OUT_OF_MEMORY = { exitCode: 137, reason: 'OOMKilled' }

class Pod {
  private readonly labels: Readonly<Record<string, string>>
  printed = ''
  private readonly container: Body
  private child: ChildProcess | null = null
  private isKilled = false
  private state: Body = { waiting: { reason: 'ContainerCreating' } }
  private conditions: Body[] = []

  constructor(
    readonly owner: string,
    readonly name: string,
    template: Body,
    private readonly cluster: Cluster,
  ) {
    this.labels = template.metadata.labels
    this.container = template.spec.containers[0]
  }

  get isAlive(): boolean {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null
  }

  async start(): Promise<void> {
    const { fault, brokerPort } = this.cluster
    const isBroker = this.container.name === 'nats'
    await sleep(100)
    if (fault === 'pull' && !isBroker)
      return this.wait('ImagePullBackOff', `Back-off pulling image ${this.container.image}`)
    if (fault === 'broker' && isBroker) return
    if (fault === 'schedule' && !isBroker) {
      this.conditions = [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: '0/3 nodes are available',
        },
      ]
      return
    }
    const env = this.environment()
    if (env === null) return this.wait('CreateContainerConfigError', 'secret not found')
    // It may have been deleted while it was being made.
    if (this.isKilled) return
    this.child = isBroker
      ? spawn(NATS_SERVER!, ['--addr', '127.0.0.1', '--port', String(brokerPort)], { stdio: 'ignore' })
      : spawn(process.execPath, [PERFCTL, ...this.args(env), ...(fault === 'crash' ? ['--crash'] : [])], {
          env: { PATH: process.env.PATH, ...env },
        })
    this.child.stderr?.on('data', (text) => {
      this.printed += text
    })
    this.child.once('exit', (exitCode) => {
      this.conditions = []
      this.state = {
        terminated:
          exitCode === null ? OUT_OF_MEMORY : { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' },
      }
    })
    while (isBroker && !this.isKilled && !(await accepts(brokerPort))) await sleep(50)
    this.state = { running: {} }
    this.conditions = [{ type: 'Ready', status: 'True' }]
  }

  matches(wanted: Readonly<Record<string, string>>): boolean {
    return Object.entries(wanted).every(([key, value]) => this.labels[key] === value)
  }

  kill(): void {
    this.isKilled = true
    this.child?.kill('SIGKILL')
  }

  describe(): Body {
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: this.name, namespace: 'team', labels: this.labels },
      spec: { containers: [this.container] },
      status: {
        phase: 'running' in this.state ? 'Running' : 'Pending',
        conditions: this.conditions,
        containerStatuses: [{ name: this.container.name, state: this.state }],
      },
    }
  }

  private wait(reason: string, message: string): void {
    this.state = { waiting: { reason, message } }
  }

  /** Null if a Secret is missing. */
  private environment(): Record<string, string> | null {
    const { env = [], envFrom = [] } = this.container
    const secret = (name: string): Body => this.cluster.objects.get(`secrets/${name}`)?.data
    const entries: [string, string][] = []
    for (const { secretRef } of envFrom) {
      const data = secret(secretRef.name)
      if (data === undefined) return null
      for (const [key, value] of Object.entries(data)) entries.push([key, decode(value as string)])
    }
    for (const { name, valueFrom } of env) {
      const ref = valueFrom.secretKeyRef
      const data = ref && secret(ref.name)
      if (ref !== undefined && data?.[ref.key] === undefined) return null
      entries.push([name, ref === undefined ? this.name : decode(data[ref.key])])
    }
    return Object.fromEntries(entries)
  }

  /** With variables filled in, and the broker's Service by its address here. */
  private args(env: Readonly<Record<string, string>>): string[] {
    const services = [...this.cluster.objects.values()].filter(({ kind }) => kind === 'Service')
    return this.container.args.map((arg: string) =>
      services.reduce(
        (text, { metadata, spec }) =>
          text.replace(`//${metadata.name}:${spec.ports[0].port}`, `//127.0.0.1:${this.cluster.brokerPort}`),
        arg.replaceAll(/\$\((\w+)\)/g, (_, name) => env[name] ?? ''),
      ),
    )
  }
}

function discover(path: string): Body | null {
  if (path === '/version') return { major: '1', minor: '32', gitVersion: 'v1.32.0' }
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] }
  if (path === '/apis') {
    const groups = ['apps', 'batch'].map((name) => {
      const version = { groupVersion: `${name}/v1`, version: 'v1' }
      return { name, versions: [version], preferredVersion: version }
    })
    return { kind: 'APIGroupList', apiVersion: 'v1', groups }
  }
  if (path === '/api/v1/namespaces/team')
    return { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'team' } }
  const group = /^\/apis?\/(v1|apps\/v1|batch\/v1)$/.exec(path)?.[1]
  if (group === undefined) return null
  const resources = Object.entries(KINDS).filter(([, kind]) => kind.group === group)
  return {
    kind: 'APIResourceList',
    groupVersion: group,
    resources: resources.map(([name, { kind }]) => ({
      name,
      singularName: kind.toLowerCase(),
      namespaced: true,
      kind,
      verbs: ['get', 'list', 'patch', 'delete'],
    })),
  }
}

function statusOf(code: number, reason: string, message: string): Body {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message }
}

/** A server turns `stringData` into `data`. */
function secretOf({ stringData, ...body }: Body): Body {
  if (stringData === undefined) return body
  const data = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(value as string).toString('base64'),
  ])
  return { ...body, data: Object.fromEntries(data) }
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString()
}

async function read(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

function configOf(port: number): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'here', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'me', user: {} }],
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'me', namespace: 'team' } }],
    'current-context': 'here',
  }
}
