/**
 * Who looks on while scenarios run, besides the terminal: what the flags ask for.
 */
import { openSink, parseStreamFlag } from '../report/live/stream/index.js'
import type { Watcher } from '../report/live/watcher.js'
import { openLiveWeb } from '../report/live/web/live-web.js'
import type { RunFlags } from './flags.js'
import type { Io } from './io.js'

/** Opens all watchers. Throws a UserError when one is asked for that can't be; `notice` shows a line to the user. */
export async function openWatchers(
  flags: RunFlags,
  io: Io,
  notice: (text: string) => void,
): Promise<readonly Watcher[]> {
  const opened: Watcher[] = []
  try {
    if (flags.liveWeb !== null) opened.push(await openLiveWeb(flags.liveWeb, (text) => io.stderr.write(text)))
    for (const stream of flags.streams) opened.push(await openStream(stream, io, notice))
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
