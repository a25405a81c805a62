import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { UserError } from '../../src/base/errors.js'
import { acceptFiles, acceptResults, baselineList, baselineShow } from '../../src/commands/baseline.js'
import { renderJson } from '../../src/report/formats/json.js'
import { parseBaseline } from '../../src/verdict/baseline-file.js'
import { SHOP, simulate } from '../verdict/simulate.js'
import { createMemoryIo, type MemoryIo } from './memory-io.js'

const result = simulate(SHOP, { seed: 1 })
let io: MemoryIo

beforeEach(() => {
  io = createMemoryIo()
})

test('a saved result becomes the baseline of its scenario', async () => {
  writeFileSync(join(io.cwd, 'result.json'), renderJson(result))
  expect(await acceptFiles('update', ['result.json'], {}, io)).toBe(0)
  expect(io.written.stderr).toMatch(/^baseline written: baselines\/shop.json \(1 job; /)
  const file = join(io.cwd, 'baselines/shop.json')
  expect(parseBaseline(readFileSync(file, 'utf8'), file).totals.requests).toBe(result.totals.requests)
  expect(readdirSync(join(io.cwd, 'baselines'))).toEqual(['shop.json'])
})

test("none of several results is accepted if one of them can't be", async () => {
  writeFileSync(join(io.cwd, 'good.json'), renderJson(result))
  const other = { ...result, scenario: { ...result.scenario, name: 'other' }, interrupted: true }
  writeFileSync(join(io.cwd, 'bad.json'), renderJson(other))
  await expect(acceptFiles('update', ['good.json', 'bad.json'], {}, io)).rejects.toThrow(
    'the run was interrupted',
  )
  expect(existsSync(join(io.cwd, 'baselines'))).toBe(false)
})

test('two results of a scenario are runs of one job within an hour, and two jobs otherwise', async () => {
  const save = (name: string, startedAt: string) =>
    writeFileSync(
      join(io.cwd, name),
      renderJson({ ...result, startedAt, runs: [{ ...result.runs[0]!, startedAt }] }),
    )
  save('a.json', '2026-03-01T10:00:00.000Z')
  save('b.json', '2026-03-01T10:59:00.000Z')
  save('c.json', '2026-03-01T12:00:00.000Z')
  await acceptFiles('update', ['a.json', 'b.json'], {}, io)
  expect(io.written.stderr).toContain('(1 job;')
  await acceptFiles('add', ['c.json'], {}, io)
  expect(io.written.stderr).toContain('(2 jobs;')
  await acceptFiles('update', ['c.json'], {}, io)
  expect(io.written.stderr.trimEnd().split('\n').at(-1)).toContain('(1 job;')
})

test('results of different loads are refused', async () => {
  writeFileSync(join(io.cwd, 'a.json'), renderJson(result))
  const scenario = { ...result.scenario, hash: 'sha256:other', load: '1 user for 1s' }
  writeFileSync(join(io.cwd, 'b.json'), renderJson({ ...result, scenario }))
  await expect(acceptFiles('update', ['a.json', 'b.json'], {}, io)).rejects.toThrow('another scenario')
})

test('add needs a baseline to add to', async () => {
  writeFileSync(join(io.cwd, 'a.json'), renderJson(result))
  await expect(acceptFiles('add', ['a.json'], {}, io)).rejects.toThrow('no such file')
})

test('a scenario name can not leave the directory', async () => {
  writeFileSync(
    join(io.cwd, 'r.json'),
    renderJson({ ...result, scenario: { ...result.scenario, name: '../../x/y' } }),
  )
  await acceptFiles('update', ['r.json'], {}, io)
  expect(readdirSync(join(io.cwd, 'baselines'))).toEqual(['-..-x-y.json'])
})

test('show prints the figures, the changes they can detect, and their origin', async () => {
  await acceptResults('update', [result], 'baselines/shop.json', io)
  await baselineShow('shop', {}, io)
  await expect(io.written.stdout).toMatchFileSnapshot('golden/baseline-show.txt')
})

test('show takes a file, and prints all baselines without a name', async () => {
  await acceptResults('update', [result], 'baselines/shop.json', io)
  await acceptResults('update', [result], 'elsewhere/other.json', io)
  await baselineShow('elsewhere/other.json', {}, io)
  expect(io.written.stdout).toContain('shop  elsewhere/other.json')
  await baselineShow(undefined, {}, io)
  expect(io.written.stdout).toContain('shop  baselines/shop.json')
})

test('list prints one line per baseline', async () => {
  await acceptResults('update', [result], 'baselines/shop.json', io)
  await acceptResults('update', [result], 'baselines/cart.json', io)
  await baselineList(io)
  expect(io.written.stdout).toMatch(
    /^baseline .*\nbaselines\/cart\.json +2026-03-01 .*\nbaselines\/shop\.json .*\n$/,
  )
})

test('an unknown name gets the nearest known one as a suggestion', async () => {
  await acceptResults('update', [result], 'baselines/shop.json', io)
  const error: unknown = await baselineShow('shpo', {}, io).catch((reason: unknown) => reason)
  expect((error as UserError).problems[0]).toMatchObject({
    message: 'no baseline "shpo"',
    hint: 'did you mean "shop"?',
  })
})

test('without a baseline, the error says how to make one', async () => {
  const error: unknown = await baselineList(io).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(UserError)
  expect((error as UserError).problems[0]?.hint).toContain('perfctl baseline update')
})
