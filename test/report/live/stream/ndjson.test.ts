import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openSink, parseStreamFlag } from '../../../../src/report/live/stream/index.js'
import { describeFrame } from '../../../../src/report/live/stream/ndjson.js'
import { passed } from '../../results.js'
import { BUSY, HOSTILE, JOURNEY, makeWorld, RUN } from './frames.js'

test('start, each second and end are a line each', async () => {
  const world = makeWorld()
  const watcher = await openSink(parseStreamFlag('ndjson'), world)
  watcher.open(RUN)
  watcher.frame(BUSY)
  watcher.done(passed)
  watcher.open(RUN)
  watcher.done(null)
  await watcher.close()
  expect(world.printed.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true)
  const [run, second, end, ...others] = world.printed.map((line) => JSON.parse(line))
  expect(run).toMatchObject({ type: 'run', scenario: 'shop', target: 'http://localhost:3000', seed: 1 })
  expect(run.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  expect(second).toMatchObject({
    type: 'second',
    scenario: 'shop',
    phase: 'load',
    elapsedSeconds: 1,
    vus: 5,
    dropped: 3,
    generatorBusy: 0.25,
    schedulingLagP99: 0.5,
    requests: 8,
    failed: 3,
    bytesSent: 800,
    bytesReceived: 8000,
    latency: { count: 5, min: 2, p50: 3.001 },
    statuses: { 200: 5, 404: 1, 503: 1 },
  })
  expect(second.byRequest).toEqual([
    expect.objectContaining({ name: 'search', requests: 4, failed: 0, errors: [] }),
    expect.objectContaining({
      name: HOSTILE,
      requests: 4,
      failed: 3,
      errors: [
        { kind: 'status', message: 'status 503', count: 1 },
        { kind: 'status', message: 'status 404', count: 1 },
        { kind: 'timeout', message: 'timeout 0', count: 1 },
      ],
    }),
  ])
  const { requests, failed } = passed.totals
  expect(end).toMatchObject({ type: 'end', verdict: 'passed', interrupted: false, requests, failed })
  expect(others).toEqual([
    expect.objectContaining({ type: 'run' }),
    expect.objectContaining({ verdict: null }),
  ])
})

test('a journey is listed besides its steps, and is in no total', () => {
  expect(describeFrame(JOURNEY)).toMatchObject({
    requests: 6,
    failed: 1,
    latency: { count: 5, max: 30.015 },
    byRequest: [{ name: 'search' }, { name: 'order' }],
    byJourney: [
      {
        name: 'buy',
        journeys: 3,
        failed: 1,
        latency: { count: 2, min: 30 },
        errors: [{ kind: 'status', message: 'status 503', count: 1 }],
      },
    ],
  })
})

test('an existing file is overwritten', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'perfctl-'))
  writeFileSync(join(cwd, 'a.ndjson'), 'before\n')
  const watcher = await openSink(parseStreamFlag('ndjson=a.ndjson'), makeWorld({}, cwd))
  watcher.open(RUN)
  await watcher.close()
  expect(JSON.parse(readFileSync(join(cwd, 'a.ndjson'), 'utf8'))).toMatchObject({ type: 'run' })
  await expect(openSink(parseStreamFlag('ndjson=a.ndjson/b'), makeWorld({}, cwd))).rejects.toThrow(
    '--stream ndjson=a.ndjson/b: ',
  )
  rmSync(cwd, { recursive: true })
})

test('a full disk is reported once, and breaks nothing', async () => {
  const world = makeWorld()
  const watcher = await openSink(parseStreamFlag('ndjson=/dev/full'), world)
  for (let i = 0; i < 3; i++) watcher.open(RUN)
  await watcher.close()
  watcher.frame(BUSY)
  expect(world.notices).toEqual([
    expect.stringMatching(/^warning: --stream ndjson=\/dev\/full: ENOSPC.*; the load continues without it$/),
  ])
})
