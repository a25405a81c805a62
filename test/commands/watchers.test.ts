import { expect, test } from 'vitest'
import { Guarded } from '../../src/commands/watchers.js'
import type { Watcher } from '../../src/report/live/watcher.js'
import { failed, passed } from '../report/results.js'

function guard(parts: Partial<Watcher>, closeMs?: number) {
  const calls: string[] = []
  const notices: string[] = []
  const note = (name: string) => () => {
    calls.push(name)
  }
  const watcher: Watcher = {
    open: note('open'),
    frame: note('frame'),
    done: note('done'),
    close: async () => note('close')(),
    ...parts,
  }
  return {
    guarded: new Guarded('--stream x', watcher, (text) => notices.push(text), closeMs),
    calls,
    notices,
  }
}

const RUN = { scenario: 'a', target: 'b', seed: 1, workers: 1 }

test('a watcher that throws is reported once, left out, and still closed', async () => {
  const { guarded, calls, notices } = guard({
    frame: () => {
      throw new TypeError('boom')
    },
  })
  guarded.open(RUN)
  guarded.frame({} as never)
  guarded.frame({} as never)
  guarded.done(passed)
  await guarded.close()
  expect(calls).toEqual(['open', 'close'])
  expect(notices).toEqual(['warning: --stream x failed: boom; the load continues without it'])
})

test("a watcher that can't be closed or never finishes doesn't block", async () => {
  const broken = guard({ close: () => Promise.reject(new Error('boom')) })
  await broken.guarded.close()
  expect(broken.notices).toEqual(['warning: --stream x failed: boom; the load continues without it'])
  const slow = guard({ close: () => new Promise(() => {}) }, 10)
  await slow.guarded.close()
})

test('watchers see the end of a run that never began', () => {
  const opened: unknown[] = []
  const { guarded, calls } = guard({ open: (run) => opened.push(run) })
  guarded.done(failed)
  guarded.open(RUN)
  guarded.done(passed)
  expect(calls).toEqual(['done', 'done'])
  expect(opened).toMatchObject([{ scenario: failed.scenario.name, target: failed.scenario.target }, RUN])
})
