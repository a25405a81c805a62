/** Starts, freezes and stops the programs of a live benchmark. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** Starts a target with these knobs. `stop` ends it. */
export async function startTarget(knobs) {
  const child = forkHere('target.js', knobs)
  const [{ port }] = await once(child, 'message')
  return { url: `http://127.0.0.1:${port}`, pid: child.pid, stop: () => end(child) }
}

/** Starts a CPU hog, on one core if `command` pins it to one. `stop` ends it. */
export function startHog(knobs, command = []) {
  const child = forkHere('hog.js', knobs, command)
  return { stop: () => end(child) }
}

function forkHere(file, knobs, [program, ...args] = []) {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const env = { ...process.env, ...knobs }
  if (program === undefined) return fork(path, { env, execArgv: [] })
  // `fork` runs `execPath` with the arguments before the file.
  return fork(path, { env, execPath: program, execArgv: [...args, process.execPath] })
}

async function end(child) {
  const gone = once(child, 'exit')
  // A stopped process doesn't react to other signals.
  child.kill('SIGKILL')
  await gone
}

/** Freezes a process as listed in `stalls` (ms from now). Resolves after the last one, or when `signal` is aborted. */
export async function stall(pid, stalls, signal) {
  const since = performance.now()
  try {
    for (const { at, lasts } of stalls) {
      await sleep(Math.max(0, since + at - performance.now()), undefined, { signal })
      process.kill(pid, 'SIGSTOP')
      await sleep(lasts, undefined, { signal })
      process.kill(pid, 'SIGCONT')
    }
  } catch (error) {
    if (error.name !== 'AbortError') throw error
    process.kill(pid, 'SIGCONT')
  }
}
