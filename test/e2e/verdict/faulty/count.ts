/**
 * Measures all cases one after the other and counts how often the right cause is named: `npm run bench:findings`.
 */
import { FAULTY, FULL_CORE, HEALTHY } from './cases.js'
import { isDisturbed, isRight, measure } from './measure.js'

/** Then the last try counts. */
const DISTURBED_MAX = 6

/** What to measure. */
export interface CountOptions {
  readonly times: number
  /** A part of the name; empty for all. */
  readonly only: string
  /** Also what takes minutes. */
  readonly long: boolean
  /** So many at once. */
  readonly jobs: number
}

/** Prints a line for each case; the summary of a run that went wrong, too. Returns whether all were right. */
export async function countFindings(
  { times, only, long, jobs }: CountOptions,
  print: (line: string) => void,
): Promise<boolean> {
  const all = [...FAULTY, FULL_CORE, ...HEALTHY]
  const left = all.filter(({ name, isLong }) => name.includes(only) && (long || !isLong))
  let isAllRight = true
  const work = async () => {
    for (let each = left.shift(); each !== undefined; each = left.shift()) {
      let right = 0
      let disturbed = 0
      for (let time = 0; time < times; ) {
        const measured = await measure(each)
        // What a fault shows on a busy machine says nothing; that a healthy service shows nothing there does.
        const isVoid = each.code !== null && isDisturbed(measured) && !isRight(each, measured)
        if (isVoid && ++disturbed < DISTURBED_MAX * times) continue
        time++
        if (isRight(each, measured)) right++
        else print(measured.stdout)
      }
      isAllRight &&= right === times
      const again = disturbed === 0 ? '' : ` (${disturbed} more on a busy machine, where it didn't show)`
      print(`${each.code ?? 'silent'}: ${right} of ${times}, ${each.name}${again}`)
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return isAllRight
}
