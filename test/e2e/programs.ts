/**
 * perfctl and its agents as processes of their own, as a shell starts them.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Session } from './session.js'

/** The program's file. */
export const PERFCTL = fileURLToPath(new URL('../../bin/perfctl.js', import.meta.url))

/** The command of an agent. */
export const AGENT = `exec ${process.execPath} ${PERFCTL} agent --stdio`

/** The flags that start agents of these names, each of which writes the id of its process. */
export const agents = (...names: string[]) =>
  names.flatMap((name) => ['--agent', `echo $$ > ${name}.pid; ${AGENT} --name ${name}`])

/** The id of an agent's process; waits until there is one. */
export async function pidOf(session: Session, name: string): Promise<number> {
  while (!session.exists(`${name}.pid`) || session.read(`${name}.pid`).trim() === '') await sleep(20)
  return Number(session.read(`${name}.pid`))
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Runs a command and calls `act` as soon as it has said `what` on stderr, once. */
export async function interfere(
  args: readonly string[],
  cwd: string,
  { what, act }: { readonly what: string; readonly act: (child: ChildProcess) => void },
) {
  const child = spawn(process.execPath, [PERFCTL, ...args], { cwd })
  const said = { stdout: '', stderr: '' }
  let isDone = false
  child.stdout.on('data', (text) => {
    said.stdout += text
  })
  child.stderr.on('data', (text) => {
    said.stderr += text
    if (isDone || !said.stderr.includes(what)) return
    isDone = true
    act(child)
  })
  const [code] = await once(child, 'close')
  return { code, ...said }
}
