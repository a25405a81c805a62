/**
 * How the coordinator of a run and its agents exchange messages: one JSON document per line, by whatever carries lines. A
 * child process does so by its standard input and output, so SSH, `docker exec` and `kubectl exec` work, too.
 */
import { spawn } from 'node:child_process'
import { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type { Ms } from '../../base/clock.js'
import { messageOf } from '../../base/errors.js'
import { killGroup } from '../../base/host.js'
import type { Io } from '../../base/io.js'

/** One end of a connection. */
export interface Channel {
  /** Does nothing after the end. */
  send(message: object): void
  /** Called with each line, in order. At most one listener; lines wait for it. */
  onLine(listener: (line: string) => void): void
  /** Called once when no more lines can come, with the reason; at once if that is so already. */
  onEnd(listener: (reason: string) => void): void
  /** Ends the connection; resolves when nothing of it is left. One that is lost gets no time to end by itself. */
  close(how?: { readonly isLost: boolean }): Promise<void>
}

/** Listeners of a channel, and what came before them. */
class Ear {
  private readonly lines: string[] = []
  private reason: string | null = null
  private hear: ((line: string) => void) | null = null
  private end: ((reason: string) => void) | null = null

  onLine(listener: (line: string) => void): void {
    this.hear = listener
    for (const line of this.lines.splice(0)) listener(line)
  }

  onEnd(listener: (reason: string) => void): void {
    this.end = listener
    if (this.reason !== null) listener(this.reason)
  }

  take(line: string): void {
    if (this.reason !== null || line === '') return
    if (this.hear === null) this.lines.push(line)
    else this.hear(line)
  }

  finish(reason: string): void {
    if (this.reason !== null) return
    this.reason = reason
    this.end?.(reason)
  }
}

/** Splits bytes into lines. Longer lines than any message end the connection, as they would fill the memory. */
class Lines {
  private readonly decoder = new StringDecoder('utf8')
  /** The pieces of a line whose end hasn't come yet, and their length. */
  private begun: string[] = []
  private length = 0

  /** Null if a line is too long. */
  add(bytes: Uint8Array): string[] | null {
    const parts = this.decoder.write(Buffer.from(bytes)).split('\n')
    const rest = parts.pop()!
    const lines = parts.map((part, index) => (index === 0 ? this.begun.join('') + part : part))
    if (lines.length > 0) {
      this.begun = []
      this.length = 0
    }
    this.begun.push(rest)
    this.length += rest.length
    return this.length > LINE_MAX ? null : lines
  }
}

/** A job with its data files, at most. */
const LINE_MAX = 512_000_000

/** After its end, a command's last output gets this long to arrive: others may hold its pipes open for ever. */
const REST_MS: Ms = 500

/** The time that a command gets to end by itself, and how much of what it wrote on stderr is kept. */
const END_MS: Ms = 3000
const SAID_MAX = 2000

/** How a command is started. */
export interface CommandOptions {
  readonly env: Io['env']
  readonly cwd: string
  /** If perfctl exits early, it takes its agents along. */
  readonly onExit: Io['onExit']
}

/** Starts a shell command that speaks by its standard input and output. */
export function openCommand(command: string, { env, cwd, onExit }: CommandOptions): Channel {
  const child = spawn(command, {
    shell: true,
    // A group of its own, so that Ctrl-C reaches perfctl alone, which then ends the run in order.
    detached: true,
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ear = new Ear()
  const lines = new Lines()
  let said = ''
  const killAll = () => {
    try {
      if (child.pid !== undefined) killGroup(child.pid, 'SIGKILL')
    } catch {
      // Already gone.
    }
  }
  const gone = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      ear.finish(messageOf(error))
      resolve()
    })
    child.once('exit', (code, signal) => {
      const tell = () => {
        // Without its full stop, as a sentence goes on.
        const last = said
          .trim()
          .split('\n')
          .at(-1)!
          .replace(/[.\s]+$/, '')
        ear.finish(`its command ended with ${signal ?? `code ${code}`}${last === '' ? '' : `: ${last}`}`)
        resolve()
      }
      const deadline = setTimeout(tell, REST_MS)
      child.once('close', () => {
        clearTimeout(deadline)
        tell()
      })
    })
  })
  const forget = onExit(killAll)
  child.stdin.on('error', () => {})
  child.stderr.on('data', (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-SAID_MAX)
  })
  child.stdout.on('data', (bytes: Buffer) => {
    const found = lines.add(bytes)
    if (found === null) {
      ear.finish('it sent a line that is too long')
      killAll()
    } else {
      for (const line of found) ear.take(line)
    }
  })
  return {
    send: (message) => {
      if (child.stdin.writable) child.stdin.write(`${JSON.stringify(message)}\n`)
    },
    onLine: (listener) => ear.onLine(listener),
    onEnd: (listener) => ear.onEnd(listener),
    async close({ isLost } = { isLost: false }) {
      child.stdin.end()
      const deadline = setTimeout(killAll, isLost ? 0 : END_MS)
      await gone
      clearTimeout(deadline)
      killAll()
      for (const stream of child.stdio) stream?.destroy()
      forget()
    },
  }
}

/** The agent's end: messages come by its standard input and leave by its standard output. */
export function openStdio({ stdin, stdout }: Pick<Io, 'stdin' | 'stdout'>): Channel {
  const ear = new Ear()
  const lines = new Lines()
  let isClosed = false
  const read = async () => {
    for await (const bytes of stdin ?? []) {
      if (isClosed) return
      const found = lines.add(bytes)
      if (found === null) return
      for (const line of found) ear.take(line)
    }
  }
  read().then(
    () => ear.finish('its input ended'),
    (error) => ear.finish(messageOf(error)),
  )
  return {
    send: (message) => {
      if (!isClosed) stdout.write(`${JSON.stringify(message)}\n`)
    },
    onLine: (listener) => ear.onLine(listener),
    onEnd: (listener) => ear.onEnd(listener),
    async close() {
      isClosed = true
      // An open input would keep the process alive.
      if (stdin instanceof Readable) stdin.destroy()
    },
  }
}

/** Two ends within one process. */
export function openPair(): readonly [Channel, Channel] {
  const ears = [new Ear(), new Ear()] as const
  let isClosed = false
  const end = (own: Ear, other: Ear): Channel => ({
    send: (message) => {
      const line = JSON.stringify(message)
      if (!isClosed) queueMicrotask(() => other.take(line))
    },
    onLine: (listener) => own.onLine(listener),
    onEnd: (listener) => own.onEnd(listener),
    async close() {
      isClosed = true
      for (const ear of ears) ear.finish('it was closed')
    },
  })
  return [end(ears[0], ears[1]), end(ears[1], ears[0])]
}
