import { describe, expect, test } from 'vitest'
import { startSession } from '../session.js'
import { answerAfter, countAll, startTarget } from '../target.js'

const scenario = (rest = '') => `
name: shop
load: { vus: 4, duration: 10s }
requests: [{ name: search, get: /search }]
${rest}
`

/**
 * A baseline made with a fast service, then a run against a slow one that may be confirmed against a reference with
 * `referenceMs`.
 */
async function settled(referenceMs: number) {
  const [quick, slow] = [await startTarget(answerAfter(20)), await startTarget(answerAfter(80))]
  const reference = await startTarget(answerAfter(referenceMs))
  const session = startSession({ 'shop.yaml': scenario(`reference: { url: '${reference.url}' }`) })
  const update = await session.perfctl(['baseline', 'update', 'shop.yaml', '-t', quick.url])
  const run = await session.perfctl([
    ...['run', 'shop.yaml', '-t', slow.url, '--confirm', 'ab', '--max-duration', '12s'],
    ...['--report', 'json=out.json', '--workers', '1'],
  ])
  // On a machine too busy to send on time there is no baseline, or no verdict to confirm.
  const isBusy = update.code !== 0 || /the load generator was the\s+bottleneck/.test(run.stdout)
  return { session, reference, run, isBusy }
}

describe.concurrent('run --confirm ab', () => {
  test('is no regression if the accepted version is as slow now', async () => {
    const { session, reference, run, isBusy } = await settled(80)
    if (isBusy) return
    expect(run.code, run.stdout + run.stderr).toBe(0)
    expect(countAll(reference)).toBeGreaterThan(50)
    const { comparison, verdict } = JSON.parse(session.read('out.json'))
    expect(verdict).not.toBe('regressed')
    expect(comparison.screen).toEqual({ baseline: 'baselines/shop.json', verdict: 'regressed' })
    expect(run.stdout.replace(/\s+/g, ' ')).toContain(
      'compared with baselines/shop.json, this run regressed; the verdict is from the A/B session',
    )
  }, 120_000)

  test('is a regression if the accepted version is faster now', async () => {
    const { session, run, isBusy } = await settled(20)
    if (isBusy) return
    expect(run.code, run.stdout + run.stderr).toBe(1)
    expect(run.stdout).toMatch(/^✗ Regressed: "search" got slower/)
    const { comparison } = JSON.parse(session.read('out.json'))
    expect(comparison.baseline).toMatch(/^a \(http/)
    expect(comparison.screen.verdict).toBe('regressed')
  }, 120_000)

  test('without a reference says how to name one, before anything is sent', async () => {
    const target = await startTarget(answerAfter(1))
    const session = startSession({ 'shop.yaml': scenario() })
    const run = await session.perfctl(['run', 'shop.yaml', '-t', target.url, '--confirm', 'ab'])
    expect(run.code).toBe(2)
    expect(run.stderr).toMatch(/hint: .*reference: \{ command: /)
    expect(countAll(target)).toBe(0)
  })
})
