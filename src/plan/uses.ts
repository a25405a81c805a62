/**
 * Who uses what: whether an entry of the scenario takes a value of a feeder.
 */

import type { Plan } from './plan.js'

/** By request: whether it takes a value of that name, itself or by what is sent with every request. */
export function usersOf({ requests, http }: Pick<Plan, 'requests' | 'http'>, name: string): boolean[] {
  const isEverywhere = usesFeeder(http, name)
  return requests.map((request) => isEverywhere || usesFeeder(request, name))
}

/** Whether anything in an entry is filled in from that feeder, however deep it lies. */
export function usesFeeder(entry: unknown, name: string): boolean {
  if (typeof entry !== 'object' || entry === null) return false
  const { type, name: own } = entry as { readonly type?: unknown; readonly name?: unknown }
  if (type === 'data' && own === name) return true
  return Object.values(entry).some((part) => usesFeeder(part, name))
}
