/**
 * A service with a page of metrics, and scrapes of it.
 */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished, type TestContext } from 'vitest'
import { makePlan } from '../../../src/plan/make-plan.js'
import type { Plan } from '../../../src/plan/plan.js'
import type { Observe } from '../../../src/scenario/model/observe.js'
import { readScenario } from '../../../src/scenario/read.js'

/** Starts a service and returns its URL. It ends with the test, whose context is needed if others run beside it. */
export async function startExporter(
  listener: RequestListener,
  context: Pick<TestContext, 'onTestFinished'> = { onTestFinished },
): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** What is observed, and the plan of the run, for `observe.metrics` in YAML. */
export function observe(
  metrics: string,
  {
    target,
    more = '',
    env = {},
  }: { readonly target: string; readonly more?: string; readonly env?: Record<string, string> },
): {
  readonly metrics: NonNullable<Observe['metrics']>
  readonly plan: Plan
  readonly secrets: readonly string[]
} {
  const text = `requests: [{ get: / }]\nobserve:\n  metrics: ${metrics}\n${more}\n`
  const scenario = readScenario(text, { file: 's.yaml', env })
  const plan = makePlan(scenario, { target, seed: 1, today: 0, variables: { token: 'of-the-login' } })
  return { metrics: scenario.observe!.metrics!, plan, secrets: scenario.secrets }
}
