/**
 * Reads what a search for a capacity found from a result file.
 */
import { count, flag, list, number, type Shape, text } from '../base/shape.js'
import type { CapacityCheckMark, CapacityFigures, CapacityTrial, Miss } from './capacity.js'

/** Reads the capacity of a result. Throws a ShapeError for an impossible one. */
export function readCapacity(shape: Shape): CapacityFigures {
  return {
    ...readSearch(shape),
    // That of side a has no other side.
    ...shape.get('against').or((against) => ({ against: readSearch(against) }), {}),
  }
}

function readSearch(shape: Shape): CapacityFigures {
  const lower = shape.get('lower').or(positive, null)
  const upper = shape.get('upper').or(positive, null)
  if (lower !== null && upper !== null && upper < lower)
    shape.get('upper').fail(`${lower} or more, as lower is`)
  return {
    scenario: shape.get('scenario').or(text, ''),
    of: shape.get('of').oneOf(['rate', 'vus']),
    slo: shape.get('slo').or(list(text), []),
    lower,
    upper,
    carried: shape.get('carried').or(number, null),
    end: shape.get('end').oneOf(['decided', 'max_carried', 'from_missed', 'generator', 'budget', 'stopped']),
    limitedBy: shape.get('limitedBy').or(readMiss, null),
    max: shape.get('max').or(positive, null),
    width: shape.get('width').or(number, 0),
    spentSeconds: shape.get('spentSeconds').or(number, 0),
    ...shape.get('check').or((check) => ({ check: readCheck(check) }), {}),
    trials: shape.get('trials').or(list(readTrial), []),
  }
}

function positive(shape: Shape): number {
  const value = shape.number()
  return value > 0 ? value : shape.fail('a number above 0')
}

function readCheck(shape: Shape): CapacityCheckMark {
  return {
    load: positive(shape.get('load')),
    by: shape.get('by').oneOf(['baseline', 'require', 'ab']),
    isCarried: shape.get('isCarried').or(flag, null),
  }
}

function readTrial(shape: Shape): CapacityTrial {
  return {
    offered: positive(shape.get('offered')),
    carried: shape.get('carried').number(),
    start: shape.get('start').or(count, 0),
    seconds: shape.get('seconds').number(),
    missed: shape.get('missed').or(list(readMiss), []),
    p95: shape.get('p95').or(number, null),
    errorRate: shape.get('errorRate').or(number, 0),
    concurrency: shape.get('concurrency').or(number, null),
    ...shape.get('cpuCores').or((cores) => ({ cpuCores: cores.number() }), {}),
    ...shape.get('memory').or((memory) => ({ memory: memory.number() }), {}),
    met: shape.get('met').flag(),
    ...(shape.get('unsure').or(flag, false) && { unsure: true }),
    ...(shape.get('unrecovered').or(flag, false) && { unrecovered: true }),
  }
}

function readMiss(shape: Shape): Miss {
  return {
    why: shape.get('why').oneOf(['threshold', 'unfinished', 'carried', 'backlog', 'dropped']),
    ...shape.get('expression').or((value) => ({ expression: value.text() }), {}),
    ...shape.get('metric').or((value) => ({ metric: value.text() }), {}),
    ...shape.get('request').or((value) => ({ request: value.text() }), {}),
    ...shape.get('status').or((value) => ({ status: value.count() }), {}),
  }
}
