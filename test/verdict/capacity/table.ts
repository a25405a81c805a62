/**
 * Prints how well searches find the capacity of every simulated service.
 */
import { countFound, SHORT, USUAL } from './searches.js'
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
      const ends = Object.entries(found.ends).map(([end, share]) => `${end} ${percent(share)}`)
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

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
