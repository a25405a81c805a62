import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { UserError } from '../../src/base/errors.js'
import { baselineFrom, baselineList, baselineShow, writeBaseline } from '../../src/commands/baseline.js'
import { renderJson } from '../../src/report/json.js'
import { parseBaseline } from '../../src/verdict/baseline.js'
import { SHOP, simulate } from '../verdict/simulate.js'
import { createMemoryIo, type MemoryIo } from './memory-io.js'

const result = simulate(SHOP, { seed: 1 })
let io: MemoryIo

beforeEach(() => {
  io = createMemoryIo()
})

test('a saved result becomes the baseline of its scenario', async () => {
  writeFileSync(join(io.cwd, 'result.json'), renderJson(result))
  expect(await baselineFrom(['result.json'], {}, io)).toBe(0)
  expect(io.written.stderr).toBe('baseline written: baselines/shop.json\n')
  const file = join(io.cwd, 'baselines/shop.json')
  expect(parseBaseline(readFileSync(file, 'utf8'), file).totals.requests).toBe(result.totals.requests)
  expect(readdirSync(join(io.cwd, 'baselines'))).toEqual(['shop.json'])
})

test('of several results none is written when one must not be', async () => {
  writeFileSync(join(io.cwd, 'good.json'), renderJson(result))
  const other = { ...result, scenario: { ...result.scenario, name: 'other' }, interrupted: true }
  writeFileSync(join(io.cwd, 'bad.json'), renderJson(other))
  await expect(baselineFrom(['good.json', 'bad.json'], {}, io)).rejects.toThrow('the run was interrupted')
  expect(existsSync(join(io.cwd, 'baselines'))).toBe(false)
})

test('two results of one scenario are refused', async () => {
  for (const name of ['a.json', 'b.json']) writeFileSync(join(io.cwd, name), renderJson(result))
  await expect(baselineFrom(['a.json', 'b.json'], {}, io)).rejects.toThrow(
    'a.json and b.json would both become baselines/shop.json',
  )
})

test('a scenario name can not leave the directory', async () => {
  writeFileSync(
    join(io.cwd, 'r.json'),
    renderJson({ ...result, scenario: { ...result.scenario, name: '../../x/y' } }),
  )
  await baselineFrom(['r.json'], {}, io)
  expect(readdirSync(join(io.cwd, 'baselines'))).toEqual(['-..-x-y.json'])
})

test('show prints the figures, what they can detect, and where they come from', async () => {
  await writeBaseline(result, 'baselines/shop.json', io)
  await baselineShow('shop', {}, io)
  await expect(io.written.stdout).toMatchFileSnapshot('golden/baseline-show.txt')
})

test('show takes a file, and all baselines without a name', async () => {
  await writeBaseline(result, 'baselines/shop.json', io)
  await writeBaseline(result, 'elsewhere/other.json', io)
  await baselineShow('elsewhere/other.json', {}, io)
  expect(io.written.stdout).toContain('shop  elsewhere/other.json')
  await baselineShow(undefined, {}, io)
  expect(io.written.stdout).toContain('shop  baselines/shop.json')
})

test('list prints one line each', async () => {
  await writeBaseline(result, 'baselines/shop.json', io)
  await writeBaseline(result, 'baselines/cart.json', io)
  await baselineList(io)
  expect(io.written.stdout).toMatch(
    /^baseline .*\nbaselines\/cart\.json +2026-03-01 .*\nbaselines\/shop\.json .*\n$/,
  )
})

test('an unknown name gets the nearest known one', async () => {
  await writeBaseline(result, 'baselines/shop.json', io)
  const error: unknown = await baselineShow('shpo', {}, io).catch((reason: unknown) => reason)
  expect((error as UserError).problems[0]).toMatchObject({
    message: 'there is no baseline "shpo"',
    hint: 'did you mean "shop"?',
  })
})

test('without any baseline it says how to make one', async () => {
  const error: unknown = await baselineList(io).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(UserError)
  expect((error as UserError).problems[0]?.hint).toContain('perfctl baseline update')
})
