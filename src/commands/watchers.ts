/**
 * Watchers of a run besides the terminal, as the flags ask for.
 */
import { messageOf } from '../base/errors.js'
import type { Io } from '../base/io.js'
import { openSink, parseStreamFlag } from '../report/live/stream/index.js'
import type { WatchedRun, Watcher } from '../report/live/watcher.js'
import type { Frame } from '../stats/frame.js'
import type { Result } from '../stats/result.js'
import type { RunFlags } from './run-options.js'

/** Opens all watchers. Throws a UserError if one can't be opened. `notice` shows a line to the user. */
export async function openWatchers(
  flags: RunFlags,
  io: Io,
  notice: (text: string) => void,
): Promise<readonly Watcher[]> {
  const opened: Watcher[] = []
  const add = (name: string, watcher: Watcher) => opened.push(new Guarded(name, watcher, notice))
  try {
    if (flags.liveWeb !== null) {
      const { openLiveWeb } = await import('../report/live/web/live-web.js')
      add('--live-web', await openLiveWeb(flags.liveWeb, (text) => io.stderr.write(text)))
    }
    for (const stream of flags.streams)
      add(`--stream ${parseStreamFlag(stream).sink}`, await openStream(stream, io, notice))
    return opened
  } catch (error) {
    await Promise.all(opened.map((watcher) => watcher.close()))
    throw error
  }
}

function openStream(flag: string, io: Io, notice: (text: string) => void): Promise<Watcher> {
  const print = (text: string) => io.stdout.write(text)
  return openSink(parseStreamFlag(flag), { env: io.env, cwd: io.cwd, notice, print })
}

/** Longer than any watcher needs to finish. */
const CLOSE_MS = 5000

/** Keeps a watcher from harming the run: its first error is reported, and it is left out from then on. */
export class Guarded implements Watcher {
  private readonly name: string
  private readonly watcher: Watcher
  private readonly notice: (text: string) => void
  private readonly closeMs: number
  private isBroken = false
  private isOpen = false

  constructor(name: string, watcher: Watcher, notice: (text: string) => void, closeMs = CLOSE_MS) {
    this.name = name
    this.watcher = watcher
    this.notice = notice
    this.closeMs = closeMs
  }

  open(run: WatchedRun): void {
    this.isOpen = true
    this.attempt(() => this.watcher.open(run))
  }

  frame(frame: Frame): void {
    this.attempt(() => this.watcher.frame(frame))
  }

  done(result: Result | null): void {
    // A run that could not start counts as a run, too.
    if (!this.isOpen && result !== null) {
      const { scenario, seed, environment } = result
      this.open({ scenario: scenario.name, target: scenario.target, seed, workers: environment.workers })
    }
    this.isOpen = false
    this.attempt(() => this.watcher.done(result))
  }

  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.closeMs)
    })
    try {
      await Promise.race([this.watcher.close(), late])
    } catch (error) {
      this.warn(error)
    } finally {
      clearTimeout(timer)
    }
  }

  private attempt(action: () => void): void {
    if (this.isBroken) return
    try {
      action()
    } catch (error) {
      this.warn(error)
    }
  }

  private warn(error: unknown): void {
    if (!this.isBroken)
      this.notice(`warning: ${this.name} failed: ${messageOf(error)}; the load continues without it`)
    this.isBroken = true
  }
}
