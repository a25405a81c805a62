/**
 * Sends requests only to the hosts that whoever started an agent allows, redirects and absolute URLs included.
 */
import type { Ms } from '../../../base/clock.js'
import type { Outgoing } from '../../../plan/request.js'
import type { Connection, Exchange } from '../../connection.js'
import type { Failure } from '../../response/failure.js'
import { Completion, type Completions } from '../completion.js'
import { ConnectionLayer } from './layer.js'

/** Whether a host (without its port) is one of the patterns, in which `*` stands for any characters. */
export function isAllowedHost(host: string, patterns: readonly string[]): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase()
  return patterns.some((pattern) => {
    const parts = pattern.toLowerCase().split('*')
    return new RegExp(`^${parts.map((part) => part.replace(/[^a-z0-9]/g, '\\$&')).join('.*')}$`).test(name)
  })
}

/** Options of the layer. */
export interface AllowedOptions {
  /** The origin of the scenario's target. */
  readonly origin: string
  /** See {@link isAllowedHost}. */
  readonly hosts: readonly string[]
  readonly completions: Completions
}

/** Fails requests to any other host, without sending them. */
export class AllowedConnection extends ConnectionLayer {
  private readonly options: AllowedOptions
  private readonly refusal: Completion
  private readonly known = new Map<string, boolean>()
  private isRefused = false

  constructor(inner: Connection, options: AllowedOptions) {
    super(inner)
    this.options = options
    this.refusal = new Completion(options.completions)
  }

  send(request: Outgoing, exchange: Exchange): void {
    this.start(exchange)
    const origin = request.origin ?? this.options.origin
    this.isRefused = !this.allows(origin)
    if (!this.isRefused) {
      this.inner.send(request, this)
      return
    }
    this.refusal.begin(this)
    this.refusal.end({
      kind: 'connect',
      message: `${new URL(origin).hostname} is not allowed: --allow-target of the agent does not name it`,
    })
  }

  ended(failure: Failure | null, at: Ms): void {
    if (!this.isRefused) this.take()
    this.finish(failure, at)
  }

  override abort(): void {
    this.refusal.cancel()
    super.abort()
  }

  private allows(origin: string): boolean {
    let isAllowed = this.known.get(origin)
    if (isAllowed === undefined) {
      isAllowed = URL.canParse(origin) && isAllowedHost(new URL(origin).hostname, this.options.hosts)
      if (this.known.size < KNOWN_MAX) this.known.set(origin, isAllowed)
    }
    return isAllowed
  }
}

/** A scenario may visit ever new hosts. */
const KNOWN_MAX = 1000
