import { platform } from 'node:os'
import process from 'node:process'
import { describe, expect, test } from 'vitest'
import { openSideWatches, type WatchedSide } from '../../../src/run/process/side-watches.js'
import type { Observe } from '../../../src/scenario/model/observe.js'

const HTTP = { timeoutMs: 1000 } as WatchedSide['plan']['http']

/** The kind of failure of each side; null if it isn't watched at all, undefined if nothing hinders it. */
async function failuresOf(
  asked: Observe['process'],
  sides: readonly (readonly [target: string, started: number | null])[],
  target: string | null = null,
) {
  const scenario = { target, ...(asked && { observe: { process: asked } }) }
  const watches = await openSideWatches(
    scenario,
    sides.map(([url, started]) => ({ plan: { target: url, http: HTTP }, started })),
  )
  return watches.map((watch) => (watch === null ? null : watch.figures(1, []).failures[0]?.kind))
}

const A = 'http://127.0.0.1:3001'
const B = 'http://127.0.0.1:3002'
// Any process that lives as long as the test, and isn't perfctl itself.
const PID = process.ppid

describe.runIf(platform() === 'linux')('the processes of a session', () => {
  test.each([
    ['both started', [A, PID], [B, PID], [undefined, undefined]],
    ['one started', [A, PID], [B, null], [null, null]],
    ['none started', [A, null], [B, null], [null, null]],
  ] as const)('are watched unasked only if perfctl started them: %s', async (_, a, b, kinds) => {
    expect(await failuresOf(undefined, [a, b])).toEqual(kinds)
  })

  test.each([
    ['auto', 'auto', [undefined, 'not_started']],
    ['the port of the target', { port: 3000 }, [undefined, 'no_process']],
    ['the port of a side', { port: 3002 }, [undefined, 'no_process']],
    ['another port', { port: 9999 }, [undefined, 'session']],
    ['a pid', { pid: PID }, [undefined, 'session']],
  ] as const)('are watched as the scenario asks, by %s', async (_, asked, kinds) => {
    const sides = [
      [A, PID],
      [B, null],
    ] as const
    expect(await failuresOf(asked, sides, 'http://localhost:3000')).toEqual(kinds)
  })

  test("can't be told apart if one process serves both sides", async () => {
    const sides = [
      [`${A}/old`, null],
      [`${A}/new`, null],
    ] as const
    expect(await failuresOf({ port: 3001 }, sides)).toEqual(['session', 'session'])
  })
})
