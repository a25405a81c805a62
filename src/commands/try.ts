/**
 * `perfctl try <scenario.yaml>`: sends each request once and shows the whole exchange, to debug a scenario.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Ms, wallTime } from '../base/clock.js'
import { userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import type { Io } from '../base/io.js'
import { printable } from '../base/printable.js'
import { secretTexts, withEncodings } from '../base/secret-texts.js'
import { isDistinct } from '../base/secrets.js'
import { didYouMean } from '../base/suggest.js'
import { formatDuration, plural } from '../base/units.js'
import { checkReachable } from '../load/once/preflight.js'
import { awaitReady } from '../load/once/ready.js'
import { runStepsOnce, type StepsOnce, type StepsOnceEnd } from '../load/once/run-steps-once.js'
import { SingleUser } from '../load/once/single-user.js'
import type { Failure } from '../load/response/failure.js'
import { withEndlessData } from '../plan/feeder-sources.js'
import { makePlan } from '../plan/make-plan.js'
import type { Plan } from '../plan/plan.js'
import { requestsOf } from '../plan/series.js'
import { secretsIn } from '../report/exchange/discreet.js'
import { renderExchange, secretsInFields } from '../report/exchange/exchange.js'
import { withTarget } from '../run/run.js'
import type { Step } from '../scenario/model/journey.js'
import type { Entry, Scenario } from '../scenario/model/scenario.js'
import type { FailureKind } from '../stats/result.js'
import { pageOf } from './report.js'
import { parseRunFlags, type RawRunFlags, type RunFlags } from './run-options.js'
import { readScenarios } from './scenario-files.js'

/** The flags, as parsed by commander. */
export interface RawTryFlags
  extends Pick<
    RawRunFlags,
    'target' | 'env' | 'envFile' | 'profile' | 'header' | 'insecure' | 'connectTo' | 'seed' | 'color'
  > {
  readonly request?: readonly string[]
  readonly full?: boolean
}

/** The longest pause in a journey; longer ones are shortened because the user is waiting. */
const PAUSE_MS_MAX = 1000

/**
 * Sends each request, or only those named, and shows them. The exit code is 1 if a check fails and 3 without a
 * response.
 */
export async function tryScenario(file: string, raw: RawTryFlags, io: Io): Promise<ExitCode> {
  const { request: names = [], full = false, ...rest } = raw
  const flags = parseRunFlags(rest)
  const [scenario] = await readScenarios([file], flags, io)
  const chosen = choose(scenario!, names)
  if (scenario!.http.insecure) io.stderr.write('warning: TLS certificates are not verified\n')
  return withTarget(flags.target ?? scenario!.target, async (target) => {
    const plan = withEndlessData(
      makePlan(scenario!, { target, seed: flags.seed ?? 1, today: wallTime().getTime() }),
    )
    await awaitReady(scenario!, plan, { onWait: (text) => io.stderr.write(`${text}\n`) })
    await checkReachable(target, scenario!.http)
    const trial = new Trial(scenario!, plan, await SingleUser.open(plan), { full, flags, io })
    await trial.run(chosen)
    io.stdout.write(`${trial.summary()}\n`)
    return trial.exitCode()
  })
}

/** The entries to send, in the order of the file. Naming a step selects its journey. */
function choose({ requests }: Scenario, names: readonly string[]): Entry[] {
  const steps = (entry: Entry) => ('steps' in entry ? requestsOf(entry.steps).map(({ name }) => name) : [])
  const known = requests.flatMap((entry) => [entry.name, ...steps(entry)])
  for (const name of names) {
    if (known.includes(name)) continue
    const all = `use one of ${requests.map((entry) => entry.name).join(', ')}`
    throw userError(`--request ${printable(name)}: no such request`, didYouMean(name, known) ?? all)
  }
  return requests.filter(
    (entry) => names.length === 0 || [entry.name, ...steps(entry)].some((name) => names.includes(name)),
  )
}

interface TrialOptions {
  readonly full: boolean
  readonly flags: RunFlags
  readonly io: Io
}

/** One virtual user that sends the entries one after the other and shows each step. */
class Trial {
  private readonly scenario: Scenario
  private readonly plan: Plan
  private readonly options: TrialOptions
  private readonly user: SingleUser
  private sent = 0
  private readonly failures: Failure[] = []

  constructor(scenario: Scenario, plan: Plan, user: SingleUser, options: TrialOptions) {
    this.scenario = scenario
    this.plan = plan
    this.options = options
    this.user = user
    this.secrets = new Set(scenario.secrets)
  }

  /** Runs `before`, `beforeEach`, the entries and `after`. The entries are skipped if a step before them fails. */
  async run(entries: readonly Entry[]): Promise<void> {
    const { before, after } = this.scenario
    try {
      const start = await this.take(before, {}, 0, true)
      if (start.failed === null) await this.takeLoad(entries, start.variables)
      // Clean up what was created before the failure.
      if (start.failed === null || start.answered > 0) await this.take(after, start.variables, 0)
    } finally {
      await this.user.close()
    }
  }

  private async takeLoad(
    entries: readonly Entry[],
    variables: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const first = await this.take(this.scenario.beforeEach, variables, 0, true)
    if (first.failed !== null) return
    for (const [index, entry] of entries.entries()) {
      const steps: readonly Step[] = 'steps' in entry ? entry.steps : [{ type: 'request', request: entry }]
      this.user.begin()
      await this.take(steps, first.variables, index)
    }
  }

  summary(): string {
    const bad = this.failures.length
    return bad === 0
      ? `${plural(this.sent, 'request')}, all passed`
      : `${bad} of ${plural(this.sent, 'request')} failed`
  }

  exitCode(): ExitCode {
    if (this.failures.some(({ kind }) => UNREACHABLE.has(kind))) return EXIT.error
    return this.failures.length === 0 ? EXIT.passed : EXIT.failed
  }

  private async take(
    steps: readonly Step[],
    variables: Readonly<Record<string, unknown>>,
    iteration: number,
    isEarly = false,
  ): Promise<StepsOnceEnd> {
    const { io } = this.options
    const end = await runStepsOnce(steps, this.plan, this.user, {
      variables,
      iteration,
      isEarly,
      pause: (ms) => this.pause(ms),
      onStep: (step) => this.show(step),
    })
    if (end.failed !== null) {
      this.failures.push(end.failed.failure)
      // A request that could not be sent has not been shown yet.
      if (end.failed.failure.kind === 'capture' && !this.shown.has(end.failed.name)) {
        this.sent++
        io.stdout.write(`${printable(end.failed.name)}\n✗ not sent: ${end.failed.failure.message}\n\n`)
      }
    }
    return end
  }

  private readonly shown = new Set<string>()
  /** Secrets to hide anywhere in the output. */
  private readonly secrets: Set<string>
  /** Secrets to hide only where they are a whole field. */
  private readonly known = new Set<string>()

  private async pause(ms: Ms): Promise<void> {
    const { io, flags } = this.options
    const waited = Math.min(ms, PAUSE_MS_MAX)
    const cut = waited < ms ? `, cut to ${formatDuration(waited)}` : ''
    io.stdout.write(
      `${pageOf(io, flags.color).style.dim(`pause of ${formatDuration(Math.round(ms))}${cut}`)}\n\n`,
    )
    await sleep(waited)
  }

  private show(step: StepsOnce): void {
    const { request, attempt, examined } = step
    const { full, flags, io } = this.options
    this.sent++
    this.shown.add(request.name)
    this.learn(step)
    const secrets = withEncodings([...this.secrets])
    const { origin } = new URL(this.plan.target)
    const exchange = {
      name: request.name,
      origin,
      isHttp2: this.plan.http.http2 === true,
      isKept: this.plan.http.keepAlive !== false,
      attempt,
      checks: examined?.checks ?? [],
      captured: examined?.captured ?? [],
    }
    const page = pageOf(io, flags.color)
    io.stdout.write(`${renderExchange(exchange, { page, full, secrets, known: this.known })}\n`)
  }

  /** Collects the secrets of an exchange, to hide them in later ones, too. */
  private learn({ attempt: { hops }, examined, data }: StepsOnce): void {
    const captured = (examined?.captured ?? []).map(({ name, value }) => [name, value] as const)
    const add = (secret: string) => secret.length >= SECRET_LENGTH_MIN && this.known.add(secret)
    const named = [...Object.entries(data), ...captured]
    for (const secret of named.flatMap(([name, value]) => secretTexts(name, value))) add(secret)
    for (const secret of secretsInFields(hops, this.known)) add(secret)
    for (const secret of this.known) if (isDistinct(secret)) this.secrets.add(secret)
    for (const secret of hops.flatMap(({ sent }) => secretsIn(sent.headers))) this.secrets.add(secret)
  }
}

/** Shorter secrets are hidden only by field name, because too many other fields have such values. */
const SECRET_LENGTH_MIN = 4

/** Failures to connect, which say nothing about the scenario's checks. */
const UNREACHABLE: ReadonlySet<FailureKind> = new Set(['connect', 'dns', 'tls'])
