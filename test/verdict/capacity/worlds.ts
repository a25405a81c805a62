/**
 * Services whose capacity is searched.
 */
import type { World } from './machine.js'

/** 5 slots of 20 ms: 250 requests per second, and not one more. */
const SLOTS: World = {
  service: { servers: 5, seconds: 0.02, isFixed: true },
  slo: { metric: 'p95', seconds: 0.2 },
  arrivals: 'even',
}

/** The worlds by their names. */
export const WORLDS: Readonly<Record<string, World>> = {
  slots: SLOTS,
  'slots, poisson': { ...SLOTS, arrivals: 'poisson' },
  'M/M/1, p95': {
    service: { servers: 1, seconds: 0.004, isFixed: false },
    slo: { metric: 'p95', seconds: 0.1 },
    arrivals: 'poisson',
  },
  'M/M/4, p95': {
    service: { servers: 4, seconds: 0.02, isFixed: false },
    slo: { metric: 'p95', seconds: 0.1 },
    arrivals: 'poisson',
  },
  'M/M/4, mean': {
    service: { servers: 4, seconds: 0.02, isFixed: false },
    slo: { metric: 'mean', seconds: 0.06 },
    arrivals: 'poisson',
  },
  'M/M/16, p95': {
    service: { servers: 16, seconds: 0.05, isFixed: false },
    slo: { metric: 'p95', seconds: 0.2 },
    arrivals: 'poisson',
  },
  'M/M/16, mean': {
    service: { servers: 16, seconds: 0.05, isFixed: false },
    slo: { metric: 'mean', seconds: 0.06 },
    arrivals: 'poisson',
  },
  'slow M/M/1, p95': {
    service: { servers: 1, seconds: 0.02, isFixed: false },
    slo: { metric: 'p95', seconds: 0.2 },
    arrivals: 'poisson',
  },
  'noise 3 %': { ...SLOTS, noise: 0.03 },
  'noise 6 %': { ...SLOTS, noise: 0.06 },
  'drift -10 %': { ...SLOTS, drift: -0.1 },
  'drift +10 %': { ...SLOTS, drift: 0.1 },
  'lucky 5 %': { ...SLOTS, lucky: 0.05 },
  'unlucky 5 %': { ...SLOTS, unlucky: 0.05 },
  'both 5 %, noise 2 %': { ...SLOTS, noise: 0.02, lucky: 0.05, unlucky: 0.05 },
  'damage, slow recovery': { ...SLOTS, damage: { left: 0.7, recoverySeconds: 30 } },
  'damage for good': { ...SLOTS, damage: { left: 0.7, recoverySeconds: null } },
  'other work 20 %': { ...SLOTS, others: { left: 0.8, busySeconds: 30, freeSeconds: 120 } },
  generator: { ...SLOTS, generatorMax: 200 },
}
