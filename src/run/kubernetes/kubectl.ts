/**
 * The user's own `kubectl`, with the user's own rights. Only its exit codes and its JSON are read; what it writes for
 * people is passed on to people.
 */
import { spawn, spawnSync } from 'node:child_process'
import type { Ms } from '../../base/clock.js'
import { codeOf, messageOf, type UserError, userError } from '../../base/errors.js'
import { killGroup } from '../../base/host.js'
import type { Io } from '../../base/io.js'
import { printable, shortened } from '../../base/printable.js'
import { Shape, ShapeError } from '../../base/shape.js'
import { formatDuration } from '../../base/units.js'

/** How kubectl is started. */
export interface KubectlOptions extends Pick<Io, 'env' | 'cwd'> {
  /** Null for those of kubectl's configuration. */
  readonly context: string | null
  readonly namespace: string | null
}

/** A call that goes on until it's stopped. */
export interface Call {
  /** Resolves with the error when the call has ended. */
  readonly ended: Promise<UserError>
  /** Resolves when its process is gone. */
  stop(): Promise<void>
}

/** A server that takes longer doesn't answer. */
const TIMEOUT = '--request-timeout=30s'

/** A call that takes longer hangs, for example because it waits for somebody to log in. */
const CALL_MS: Ms = 60_000

/** How much of what kubectl wrote for people is kept. */
const SAID_MAX = 2000
const LINE_MAX = 300

/** How a call ended. */
interface End {
  /** Null if it was killed or never started. */
  readonly code: number | null
  /** Why it never started. */
  readonly error: Error | null
  readonly output: string
  /** What it wrote for people. */
  readonly said: string
}

/** Calls kubectl. All failures are UserErrors with exit code 3. */
export class Kubectl {
  private readonly options: KubectlOptions
  /** Each ends a call that goes on. */
  private readonly kills = new Set<() => void>()

  constructor(options: KubectlOptions) {
    this.options = options
  }

  /** Calls kubectl with `input` as JSON and waits for its end. A signal ends it, which is a failure. */
  async run(args: readonly string[], input?: object, signal?: AbortSignal): Promise<string> {
    const { ended, kill } = this.start([...args, TIMEOUT], input)
    signal?.addEventListener('abort', kill)
    if (signal?.aborted === true) kill()
    let isLate = false
    const deadline = setTimeout(() => {
      isLate = true
      kill()
    }, CALL_MS)
    const end = await ended
    clearTimeout(deadline)
    signal?.removeEventListener('abort', kill)
    if (isLate)
      throw userError(`kubectl ${args[0]} did not end within ${formatDuration(CALL_MS)}`, null, 'run')
    if (end.code !== 0) throw failureOf(args, end)
    return end.output
  }

  /** Calls kubectl and reads the JSON that it prints. */
  async read<T>(args: readonly string[], read: (root: Shape) => T, signal?: AbortSignal): Promise<T> {
    const text = await this.run([...args, '-o', 'json'], undefined, signal)
    try {
      return read(Shape.parse(text))
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error
      throw userError(`kubectl ${args[0]}: its JSON can't be read: ${error.message}`, null, 'run')
    }
  }

  /** Starts a call that goes on. */
  open(args: readonly string[]): Call {
    const { ended, kill } = this.start(args)
    return {
      ended: ended.then((end) => failureOf(args, end)),
      async stop() {
        kill()
        await ended
      },
    }
  }

  /** Ends all calls and makes a last one while this process exits, when nothing can be awaited any more. */
  runAtExit(args: readonly string[], input: object): void {
    const { env, cwd } = this.options
    for (const kill of this.kills) kill()
    spawnSync('kubectl', this.complete([...args, TIMEOUT]), {
      env,
      cwd,
      input: JSON.stringify(input),
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: CALL_MS,
    })
  }

  /** The command line of a call, for people to type. */
  describe(args: readonly string[]): string {
    return ['kubectl', ...this.complete(args)].join(' ')
  }

  private start(args: readonly string[], input?: object) {
    const { env, cwd } = this.options
    const child = spawn('kubectl', this.complete(args), {
      env,
      cwd,
      // A group of its own, so that Ctrl-C reaches perfctl alone, which then cleans up in order.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const kill = () => {
      try {
        if (child.pid !== undefined) killGroup(child.pid, 'SIGKILL')
      } catch {
        // Already gone.
      }
    }
    this.kills.add(kill)
    let output = ''
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-SAID_MAX)
    })
    child.stdin.on('error', () => {})
    child.stdin.end(input === undefined ? '' : JSON.stringify(input))
    const ended = new Promise<End>((resolve) => {
      const end = (code: number | null, error: Error | null) => {
        this.kills.delete(kill)
        resolve({ code, error, output, said })
      }
      child.once('error', (error) => end(null, error))
      child.once('close', (code) => end(code, null))
    })
    return { ended, kill }
  }

  private complete(args: readonly string[]): string[] {
    const { context, namespace } = this.options
    return [
      ...args,
      ...(context === null ? [] : ['--context', context]),
      ...(namespace === null ? [] : ['--namespace', namespace]),
    ]
  }
}

function failureOf(args: readonly string[], { code, error, said }: End): UserError {
  if (codeOf(error) === 'ENOENT') {
    return userError(
      'kubectl is not installed',
      'install it (https://kubernetes.io/docs/tasks/tools/), or apply what perfctl kubernetes manifest prints by other means',
      'run',
    )
  }
  const reason =
    error === null ? `it ended with ${code === null ? 'a signal' : `code ${code}`}` : messageOf(error)
  const last = shortened(printable(said.trim().split('\n').at(-1)!), LINE_MAX)
  return userError(`kubectl ${args[0]} failed: ${last === '' ? reason : last}`, null, 'run')
}
