/**
 * Prints how well searches find the capacity of every simulated service.
 */
import { countPairs, USUAL_PAIR } from './pairs.js'
import { countCarried, countFound, SHORT, USUAL } from './searches.js'
import { trueCapacity } from './truth.js'
import { WORLDS } from './worlds.js'

/** Prints a table for the usual settings and one for a quick look. */
export function printSearches(
  print: (line: string) => void,
  searches: number,
  only: readonly string[],
  seeds = 0,
): void {
  for (const [title, settings] of [
    ['usual', USUAL],
    ['short', SHORT],
  ] as const) {
    print(
      `${title}: trial ${settings.trialSeconds}s, sum ${settings.sumSeconds}s, width ${percent(settings.width)}`,
    )
    print('| service | truth | within | within a width | median s | most s | trials | lower/truth | ends |')
    print('|---|---|---|---|---|---|---|---|---|')
    for (const [name, world] of Object.entries(WORLDS)) {
      if (only.length > 0 && !only.some((part) => name.includes(part))) continue
      const found = countFound(world, settings, searches, seeds)
      const truth = trueCapacity(world.service, world.slo, world.arrivals)
      const ends = Object.entries(found.ends).map(([end, count]) => `${count} ${end}`)
      const cells = [
        name,
        truth.toFixed(1),
        percent(found.within),
        percent(found.near),
        found.spent.toFixed(0),
        found.mostSpent.toFixed(0),
        found.trials,
        percent(Math.expm1(found.bias)),
        ends.join(', '),
      ]
      print(`| ${cells.join(' | ')} |`)
    }
  }
}

/** Of the true capacity. */
const SHARES = [0.88, 0.9, 0.92, 0.94, 0.96, 0.98, 1, 1.02, 1.04, 1.06, 1.08]

/** Prints how often a check of a minute calls a load carried and not carried, by the load as a share of the true capacity. */
export function printChecks(print: (line: string) => void, checks: number, only: readonly string[]): void {
  print(`| carried / not in 60s | ${SHARES.join(' | ')} | most s |`)
  print(`|---|${SHARES.map(() => '---|').join('')}---|`)
  for (const [name, world] of Object.entries(WORLDS)) {
    if (only.length > 0 && !only.some((part) => name.includes(part))) continue
    const found = SHARES.map((share) => countCarried(world, share, checks))
    const cells = found.map(({ yes, no }) => `${Math.round(100 * yes)}/${Math.round(100 * no)}`)
    const most = Math.max(...found.map(({ mostSpent }) => mostSpent))
    print(`| ${[name, ...cells, most.toFixed(0)].join(' | ')} |`)
  }
}

/** By how much less the second service carries, and the tolerance. */
const LOSSES = [0, 0.05, 0.1, 0.15, 0.2]
const TOLERANCES = [0.1, 0.05]

/** Prints how often a pair of searches says that the second service carries enough, that it doesn't, and that it is open. */
export function printPairs(
  print: (line: string) => void,
  pairs: number,
  only: readonly string[],
  seeds = 0,
): void {
  for (const tolerance of TOLERANCES) {
    const settings = { ...USUAL_PAIR, tolerance }
    print(
      `| in turns, tolerance ${percent(tolerance)}: passed/regressed/open | ${LOSSES.map((loss) => `-${percent(loss)}`).join(' | ')} | median s | most s |`,
    )
    print(`|---|${LOSSES.map(() => '---|').join('')}---|---|`)
    for (const [name, world] of Object.entries(WORLDS)) {
      if (only.length > 0 && !only.some((part) => name.includes(part))) continue
      const found = LOSSES.map((loss) => countPairs(world, loss, pairs, settings, seeds))
      const shares = found.map(({ passed, regressed, open }) =>
        [passed, regressed, open].map((share) => Math.round(100 * share)).join('/'),
      )
      const spent = found.map(({ spent }) => spent)
      const most = Math.max(...found.map(({ mostSpent }) => mostSpent))
      print(
        `| ${[name, ...shares, `${Math.min(...spent).toFixed(0)} to ${Math.max(...spent).toFixed(0)}`, most.toFixed(0)].join(' | ')} |`,
      )
    }
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
