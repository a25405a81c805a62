/**
 * `profiles`: named loads.
 */
import { didYouMean } from '../../base/suggest.js'
import type { Leaves } from '../fields/leaves.js'
import { record } from '../fields/schema.js'
import { quoted, type Report, type TreeMap, type TreeProblem, wrongKey } from '../yaml/tree.js'
import { loadSchema } from './load.js'

/** Loads by name. */
export function profilesSchema(leaves: Leaves) {
  return record(loadSchema(leaves), {
    description:
      'Named loads for --profile, such as a smoke test and a stress test. Without load, the first one is the default.',
    examples: [{ smoke: { vus: 1, duration: '10s' }, stress: { vus: 200, duration: '5m' } }],
    check: checkProfiles,
  })
}

/** Reports an empty map of profiles, and names that can't be part of a file name. */
function checkProfiles(profiles: TreeMap, report: Report): void {
  if (Object.keys(profiles).length === 0) {
    const hint = 'add a profile, such as smoke: { vus: 1, duration: 10s }, or remove the key'
    report({ message: 'the map is empty', hint })
  }
  for (const name of Object.keys(profiles)) {
    if (/^[A-Za-z0-9][\w-]{0,49}$/.test(name)) continue
    const message = `${quoted(name)} is not a valid profile name`
    wrongKey(report, [name], message, 'use letters, digits, _ and -: it becomes part of a file name')
  }
}

/** Reports a requested profile that doesn't exist. */
export function checkProfile(profiles: object | undefined, profile: string | undefined): TreeProblem[] {
  const known = Object.keys(profiles ?? {})
  if (profile === undefined || known.includes(profile)) return []
  if (known.length === 0)
    return [
      {
        message: `there is no profile ${quoted(profile)}`,
        hint: `add profiles: { ${profile}: { vus: 10 } }`,
      },
    ]
  const hint = didYouMean(profile, known) ?? `the profiles are ${known.join(', ')}`
  return [{ path: ['profiles'], onKey: true, message: `there is no profile ${quoted(profile)}`, hint }]
}
