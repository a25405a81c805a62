/**
 * `perfctl try <scenario.yaml>`: each request once, with all that went back and forth: the way to debug a scenario.
 */
import { wallTime } from '../base/clock.js'
import { userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import { printable } from '../base/printable.js'
import { didYouMean } from '../base/suggest.js'
import { plural } from '../base/units.js'
import { type Checked, isExpected, makeChecker } from '../load/checker.js'
import { checkReachable } from '../load/preflight.js'
import { type Attempt, SingleUser } from '../load/single.js'
import { Iterations } from '../plan/iteration.js'
import { makePlan, type Plan } from '../plan/plan.js'
import { secretsIn, withEncodings } from '../report/exchange/discreet.js'
import { type Exchange, renderExchange } from '../report/exchange/exchange.js'
import { describeStatus } from '../scenario/describe.js'
import type { RequestSpec, Scenario } from '../scenario/scenario.js'
import type { FailureKind } from '../stats/result.js'
import { withTarget } from './execute.js'
import { parseRunFlags, type RawRunFlags, type RunFlags } from './flags.js'
import type { Io } from './io.js'
import { pageOf } from './report.js'
import { readScenarios } from './scenarios.js'

/** As commander gives them. */
export interface RawTryFlags
  extends Pick<RawRunFlags, 'target' | 'env' | 'header' | 'insecure' | 'connectTo' | 'seed' | 'color'> {
  readonly request?: readonly string[]
  readonly full?: boolean
}

/** Sends each request, or only those named, and shows them. Exit code 1 when a check fails, 3 without an answer. */
export async function tryScenario(file: string, raw: RawTryFlags, io: Io): Promise<ExitCode> {
  const { request: names = [], full = false, ...rest } = raw
  const flags = parseRunFlags(rest)
  const [scenario] = await readScenarios([file], flags, io)
  const chosen = choose(scenario!, names)
  if (scenario!.http.insecure) io.stderr.write('warning: certificates are not checked: anyone could answer\n')
  return withTarget(flags.target ?? scenario!.target, async (target) => {
    await checkReachable(target, scenario!.http)
    const plan = makePlan(scenario!, { target, seed: flags.seed ?? 1, today: wallTime().getTime() })
    const exchanges = await tryEach(chosen, plan, (exchange) =>
      show(exchange, scenario!, { full, flags, io }),
    )
    io.stdout.write(`${summarize(exchanges)}\n`)
    return exitCodeOf(exchanges)
  })
}

/** The numbers of the requests to send, in the order of the file. */
function choose({ requests }: Scenario, names: readonly string[]): number[] {
  const known = requests.map(({ name }) => name)
  for (const name of names) {
    if (known.includes(name)) continue
    const all = `the requests are ${known.join(', ')}`
    throw userError(`--request ${printable(name)}: no such request`, didYouMean(name, known) ?? all)
  }
  return [...known.keys()].filter((index) => names.length === 0 || names.includes(known[index]!))
}

async function tryEach(
  chosen: readonly number[],
  plan: Plan,
  onExchange: (exchange: Exchange) => void,
): Promise<Exchange[]> {
  const iterations = new Iterations(plan)
  const user = await SingleUser.open(plan)
  const { origin } = new URL(plan.target)
  const exchanges: Exchange[] = []
  try {
    for (const index of chosen) {
      const outgoing = iterations.prepareOnly(index, index)
      user.begin()
      const attempt = await user.send(outgoing)
      const request = plan.requests[index]!
      const secrets = [...(plan.secrets ?? []), ...secretsOf(attempt)]
      const exchange = {
        name: request.name,
        origin,
        isHttp2: plan.http.http2 === true,
        isKept: plan.http.keepAlive !== false,
        attempt,
        checks: check(request, attempt, { ...plan, secrets }),
      }
      onExchange(exchange)
      exchanges.push(exchange)
    }
  } finally {
    await user.close()
  }
  return exchanges
}

function check({ expect }: RequestSpec, attempt: Attempt, plan: Plan): Checked[] {
  if (attempt.failure !== null) return []
  const { status, answer, latencyMs } = attempt
  const checker = makeChecker(plan, expect)
  return [
    {
      label: `status ${describeStatus(expect.status)}`,
      fault: isExpected(status, expect.status) ? null : `it is ${status}`,
    },
    ...(checker?.all({ answer, latencyMs }) ?? []),
  ]
}

function show(
  exchange: Exchange,
  scenario: Scenario,
  { full, flags, io }: { full: boolean; flags: RunFlags; io: Io },
): void {
  const secrets = withEncodings([...scenario.secrets, ...secretsOf(exchange.attempt)])
  io.stdout.write(`${renderExchange(exchange, { page: pageOf(io, flags.color), full, secrets })}\n`)
}

/** What requests carried that must not be shown: cookies from a jar, too. */
function secretsOf({ hops }: Attempt): string[] {
  return hops.flatMap(({ sent }) => secretsIn(sent.headers))
}

function isRight({ attempt, checks }: Exchange): boolean {
  return attempt.failure === null && checks.every(({ fault }) => fault === null)
}

function summarize(exchanges: readonly Exchange[]): string {
  const bad = exchanges.filter((exchange) => !isRight(exchange)).length
  return bad === 0
    ? `${plural(exchanges.length, 'request')}, all as expected`
    : `${bad} of ${plural(exchanges.length, 'request')} not as expected`
}

/** No connection came about: that says nothing about the scenario's checks. */
const UNREACHABLE: ReadonlySet<FailureKind> = new Set(['connect', 'dns', 'tls'])

function exitCodeOf(exchanges: readonly Exchange[]): ExitCode {
  if (exchanges.some(({ attempt }) => attempt.failure !== null && UNREACHABLE.has(attempt.failure.kind)))
    return EXIT.error
  return exchanges.every(isRight) ? EXIT.passed : EXIT.failed
}
