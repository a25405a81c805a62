import type { Limits } from '../../src/base/limits.js'

/** A machine that is fit for any load, except for the given limits. */
export function makeLimits(limits: Partial<Limits> = {}): Limits {
  return {
    openFiles: { soft: 1_048_576, hard: 1_048_576 },
    ports: { first: 32_768, last: 60_999 },
    portReuse: 'always',
    cores: 8,
    coreQuota: null,
    memoryBytesMax: null,
    memoryBytes: 16e9,
    governor: 'performance',
    clockSource: 'tsc',
    clockStepMs: 0.0001,
    loadAverage: 0.2,
    ...limits,
  }
}
