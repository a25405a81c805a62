/**
 * Which entries of the scenario use which feeders.
 */
import { usesFeeder } from '../scenario/data/feeders.js'
import type { Plan } from './plan.js'

/** By request: whether it takes a value of that name, itself or by what is sent with every request. */
export function usersOf({ requests, http }: Pick<Plan, 'requests' | 'http'>, name: string): boolean[] {
  const isEverywhere = usesFeeder(http, name)
  return requests.map((request) => isEverywhere || usesFeeder(request, name))
}
