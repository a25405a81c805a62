/**
 * Channels of a child process by its standard input and output, so that SSH, `docker exec` and `kubectl exec` reach an
 * agent.
 */
import { spawn } from 'node:child_process'
import { Readable } from 'node:stream'
import type { Ms } from '../../base/clock.js'
import { messageOf } from '../../base/errors.js'
import { killGroup } from '../../base/host.js'
import type { Io } from '../../base/io.js'
import { type Channel, Lines, lineOf, Receiver } from './channel.js'

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
  const receiver = new Receiver()
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
      receiver.finish(messageOf(error))
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
        receiver.finish(`its command ended with ${signal ?? `code ${code}`}${last === '' ? '' : `: ${last}`}`)
        resolve()
      }
      const deadline = setTimeout(tell, REST_MS)
      child.once('close', () => {
        clearTimeout(deadline)
        tell()
      })
    })
  })
  const sendLine = (line: Uint8Array) => {
    if (child.stdin.writable) child.stdin.write(line)
  }
  const forget = onExit(killAll)
  child.stdin.on('error', () => {})
  child.stderr.on('data', (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-SAID_MAX)
  })
  child.stdout.on('data', (bytes: Buffer) => {
    receiver.notice()
    const found = lines.add(bytes)
    if (found === null) {
      receiver.finish('it sent a line that is too long')
      killAll()
    } else {
      for (const line of found) receiver.take(line)
    }
  })
  return openPipe(receiver, sendLine, async ({ isLost }) => {
    child.stdin.end()
    const deadline = setTimeout(killAll, isLost ? 0 : END_MS)
    await gone
    clearTimeout(deadline)
    killAll()
    for (const stream of child.stdio) stream?.destroy()
    forget()
  })
}

/** The agent's end: messages come by its standard input and leave by its standard output. */
export function openStdio({ stdin, stdout }: Pick<Io, 'stdin' | 'stdout'>): Channel {
  const receiver = new Receiver()
  const lines = new Lines()
  let isClosed = false
  const read = async () => {
    for await (const bytes of stdin ?? []) {
      if (isClosed) return
      receiver.notice()
      const found = lines.add(bytes)
      if (found === null) return
      for (const line of found) receiver.take(line)
    }
  }
  read().then(
    () => receiver.finish('its input ended'),
    (error) => receiver.finish(messageOf(error)),
  )
  const sendLine = (line: Uint8Array) => {
    if (!isClosed) stdout.write(Buffer.from(line).toString())
  }
  return openPipe(receiver, sendLine, async () => {
    isClosed = true
    // An open input would keep the process alive.
    if (stdin instanceof Readable) stdin.destroy()
  })
}

/** A channel that lasts as long as its pipes. */
function openPipe(
  receiver: Receiver,
  sendLine: Channel['sendLine'],
  close: (how: { readonly isLost: boolean }) => Promise<void>,
): Channel {
  return {
    isUp: true,
    get heardAt() {
      return receiver.heardAt
    },
    send: (message) => sendLine(lineOf(message)),
    sendLine,
    onLine: (listener) => receiver.onLine(listener),
    onEnd: (listener) => receiver.onEnd(listener),
    close: (how = { isLost: false }) => close(how),
  }
}
