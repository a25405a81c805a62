/**
 * Trials of two sides in turns: only one of them is sent anything at a time.
 */

import type { CapacityTrial } from '../../stats/capacity.js'
import { Outlook } from '../../verdict/capacity/outlook.js'
import type { CapacityPair, PairAnswer, Turn } from '../../verdict/capacity/pair.js'
import { type OfSides, SIDES, type SideName } from '../ab-ready.js'
import { trialFigures } from './result.js'
import type { Rig } from './rig.js'
import { type TrialEnd, type TrialRules, Trials } from './trials.js'

/** Called after each trial, with an estimate of how long the rest takes. */
export type OnTurn = (side: SideName, trial: CapacityTrial, remainingSeconds: number) => void

/** The sides of a session, and what their trials have shown. */
export class Turns {
  readonly done: OfSides<TrialEnd[]> = { a: [], b: [] }
  /** What the turns of a side took, in seconds. */
  readonly spentSeconds = { a: 0, b: 0 }

  private readonly trials: OfSides<Trials>

  constructor(
    private readonly rigs: OfSides<Rig>,
    private readonly rules: TrialRules,
    private readonly onTurn: OnTurn,
  ) {
    this.trials = { a: new Trials(rigs.a, rules), b: new Trials(rigs.b, rules) }
  }

  /** Looks at both sides first. False if a load ended meanwhile. */
  async look(): Promise<boolean> {
    for (const side of SIDES) {
      const trials = this.trials[side]
      const isUp = await this.timed(side, async () => (await trials.look()) && trials.rest())
      if (!isUp) return false
    }
    return true
  }

  /** Carries out trials until the question of the pair that `make` makes is answered, or until a load ended. */
  async take(make: () => CapacityPair): Promise<PairAnswer> {
    const pair = make()
    const outlook = new Outlook<Turn, CapacityPair>(make, this.rules.settleMs / 1000, (of, { side }) =>
      of.loadsOf(side),
    )
    for (let turn = pair.next(); turn !== null; turn = pair.next()) {
      const { side, load, seconds } = turn
      const trials = this.trials[side]
      const before = this.spentSeconds[side]
      let isOn = true
      const trial = await this.timed(side, async () => {
        const end = await trials.run(load, seconds)
        isOn = end !== null && (await trials.rest())
        return end
      })
      if (trial === null) break
      this.done[side].push(trial)
      const spentSeconds = this.spentSeconds[side] - before
      const judged = { ...trial, isMet: trial.missed.length === 0, spentSeconds }
      pair.record(judged)
      this.onTurn(side, trialFigures(trial, this.rigs[side].target), outlook.after(turn, judged))
      if (!isOn) break
    }
    return pair.answer()
  }

  private async timed<T>(side: SideName, action: () => Promise<T>): Promise<T> {
    const rig = this.rigs[side]
    const begunMs = rig.elapsedMs()
    const value = await action()
    this.spentSeconds[side] += (rig.elapsedMs() - begunMs) / 1000
    return value
  }
}
