/**
 * Who looks on while scenarios run, besides the terminal: what the flags ask for.
 */

import type { Watcher } from '../report/live/watcher.js'
import { openLiveWeb } from '../report/live/web/live-web.js'
import type { RunFlags } from './flags.js'
import type { Io } from './io.js'

/** Opens all watchers. Throws a UserError when one is asked for that can't be; `notice` shows a line to the user. */
export async function openWatchers(
  flags: RunFlags,
  io: Io,
  _notice: (text: string) => void,
): Promise<readonly Watcher[]> {
  const watchers: Watcher[] = []
  if (flags.liveWeb !== null) watchers.push(await openLiveWeb(flags.liveWeb, (text) => io.stderr.write(text)))
  return watchers
}
