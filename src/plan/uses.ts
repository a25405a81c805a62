/**
 * Which of the scenario's entries use which feeders.
 */
import { usesFeeder } from '../scenario/data/feeders.js'
import type { Plan } from './plan.js'

/** For each request, whether it uses the feeder, itself or through keys of `http`. */
export function usersOf({ requests, http }: Pick<Plan, 'requests' | 'http'>, name: string): boolean[] {
  const isEverywhere = usesFeeder(http, name)
  return requests.map((request) => isEverywhere || usesFeeder(request, name))
}
