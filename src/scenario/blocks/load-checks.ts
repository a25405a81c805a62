/**
 * Which keys of a `load` can be combined.
 */
import type { Load } from '../model/load-types.js'
import type { Path, Report } from '../yaml/tree.js'
import { type LoadInput, levelsOf, modelsOf, type StageInput } from './stages.js'

type WrongKey = (path: Path, message: string, hint: string) => void

/** Reports conflicts between keys. Values that could not be read are null and skipped. */
export function checkLoad(load: LoadInput, report: Report): void {
  const wrongKey = (path: Path, message: string, hint: string) => report({ path, onKey: true, message, hint })
  for (const whole of ['stages', 'steps'] as const) {
    if (load[whole] === undefined) continue
    const keys = [
      'vus',
      'rate',
      'duration',
      'burst',
      ...(whole === 'stages' ? (['steps'] as const) : []),
    ] as const
    for (const key of keys) {
      if (load[key] === undefined) continue
      wrongKey([key], `${key} can't be combined with ${whole}`, 'remove one of them')
    }
  }
  const model = checkModel(load, report)
  if (load.every !== undefined && load.burst === undefined)
    wrongKey(['every'], 'every needs a burst to repeat', 'add burst: 1000, or remove every')
  if (load.pacing !== undefined && load.thinkTime !== undefined)
    wrongKey(['thinkTime'], "thinkTime can't be combined with pacing", 'remove one of them')
  checkPerUser(load, wrongKey)
  checkSteps(load, report)
  for (const key of ['thinkTime', 'pacing'] as const) {
    if (model === 'closed' || load[key] === undefined) continue
    wrongKey([key], `${key} has no effect with an arrival rate`, 'remove it, or use vus instead of a rate')
  }
  for (const key of ['maxVus', 'arrivals'] as const) {
    if (model === 'open' || load[key] === undefined) continue
    wrongKey([key], `${key} has no effect without an arrival rate`, 'remove it, or use a rate such as 100/s')
  }
  checkSomethingIsSent(load, wrongKey)
}

/** Reports an incomplete stage. `hasUnknown`: there was an unknown key, which may have been meant as the value. */
export function checkStage(
  { vus, rate, burst, duration }: StageInput,
  report: Report,
  hasUnknown: boolean,
): void {
  if (hasUnknown) return
  if (duration === undefined && burst === undefined) {
    report({ missing: 'duration', message: 'duration is missing', hint: 'add duration: 30s' })
  }
  if (vus !== undefined || rate !== undefined || burst !== undefined) return
  const hint = 'add vus: 20 for virtual users, or rate: 200/s for arrivals'
  report({ message: 'the stage has neither vus nor rate', hint })
}

/** Virtual users that start and stop during the load would run different numbers of iterations. */
function checkPerUser(load: LoadInput, wrongKey: WrongKey): void {
  if (load.iterationsPerVu === undefined) return
  for (const key of ['stages', 'steps', 'rate', 'burst', 'iterations'] as const) {
    if (load[key] === undefined) continue
    const hint =
      key === 'iterations'
        ? 'remove one of them'
        : 'use it with a constant vus, or use iterations for all users together'
    wrongKey(['iterationsPerVu'], `iterationsPerVu can't be combined with ${key}`, hint)
    return
  }
}

/** More levels are most likely a mistyped `by`. */
const LEVELS_MAX = 1000

function checkSteps({ steps }: LoadInput, report: Report): void {
  if (steps === undefined || steps === null) return
  const { from, to, by } = steps
  if (!from || !to || !by || from.model !== to.model || from.model !== by.model) return
  if (by.value === 0 && from.value !== to.value)
    report({
      path: ['steps', 'by'],
      message: 'by must not be 0',
      hint: 'write the difference between two levels, such as 10',
    })
  else if (by.value > 0 && Math.abs(to.value - from.value) / by.value > LEVELS_MAX)
    report({
      path: ['steps', 'by'],
      message: 'the load has more than 1000 steps',
      hint: 'make by larger',
    })
  else if (from.model === 'closed' && levelsOf(steps).every((level) => level === 0))
    report({
      path: ['steps'],
      onKey: true,
      message: 'the steps never send anything',
      hint: 'write at least one level above 0',
    })
}

function checkModel(load: LoadInput, report: Report): Load['model'] {
  const models = modelsOf(load)
  const model = models[0]?.model ?? 'closed'
  const other = models.find((found) => found.model !== model)
  if (other !== undefined) {
    const message = "a load can't mix virtual users (vus) and arrivals (rate, burst)"
    report({
      path: other.path,
      onKey: true,
      message,
      hint:
        other.path[0] === 'steps'
          ? 'write all levels as users (10), or all as rates (10/s)'
          : 'use only vus, or only rate',
    })
  }
  load.stages?.forEach((stage, index) => {
    if (stage === null) return
    const path = ['stages', index]
    if (stage.from && stage.from.model !== model) {
      const hint =
        model === 'open' ? 'write a rate, such as 50/s' : 'write a number of virtual users, such as 10'
      report({ path: [...path, 'from'], message: "from doesn't match its stage", hint })
    }
  })
  return model
}

function checkSomethingIsSent(load: LoadInput, wrongKey: WrongKey): void {
  const { stages } = load
  if (load.duration === 0) wrongKey(['duration'], 'the load has no duration', 'write a duration such as 30s')
  for (const key of ['vus', 'rate'] as const) {
    if (load[key] === 0) wrongKey([key], 'the load never sends anything', 'write a number above 0')
  }
  if (stages === undefined || stages === null || stages.includes(null!)) return
  if (stages.every(({ duration }) => duration === 0 || duration === undefined)) {
    wrongKey(['stages'], 'the stages have no duration', 'give at least one of them a duration such as 30s')
  } else if (stages.every((stage) => (stage.vus ?? stage.rate) === 0 && !stage.from?.value && !stage.burst)) {
    wrongKey(['stages'], 'the stages never send anything', 'give at least one of them vus or a rate above 0')
  }
}
