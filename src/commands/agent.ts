/**
 * `perfctl agent`: sends a part of a load that another machine's `perfctl run --agent` shows and judges.
 */
import { hostname } from 'node:os'
import { userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import type { Io } from '../base/io.js'
import { serveAgent } from '../run/agents/agent.js'
import { openStdio } from '../run/agents/channel.js'
import { readJob } from './agent-job.js'

/** The flags, as parsed by commander. */
export interface AgentFlags {
  readonly stdio?: boolean
  readonly name?: string
}

/** Serves one run by standard input and output. The coordinator judges it, so the exit code is 0. */
export async function agent({ stdio, name }: AgentFlags, io: Io): Promise<ExitCode> {
  if (stdio !== true) {
    throw userError(
      'perfctl agent needs a way to its coordinator',
      "add --stdio, and start it from there: perfctl run scenario.yaml --agent 'ssh load1 perfctl agent --stdio'",
    )
  }
  // The coordinator ends its agents itself; a signal to the whole group must not end them before.
  const ignore = io.onSignal(() => {})
  await serveAgent(openStdio(io), { name: name ?? hostname(), readJob: (job) => readJob(job, io.env) })
  ignore()
  return EXIT.passed
}
