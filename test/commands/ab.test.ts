import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli.js'
import { createMemoryIo } from './memory-io.js'

async function refused(flags: readonly string[], block = '', path = '/'): Promise<string> {
  const io = createMemoryIo()
  writeFileSync(
    join(io.cwd, 'shop.yaml'),
    `${block}\nload: { rate: 10/s, duration: 1s }\nrequests: [{ get: "${path}" }]\nthresholds: [p95 < 1s]\n`,
  )
  const sides = ['--a', 'http://192.0.2.1', '--b', 'http://192.0.2.2']
  expect(await main(['ab', 'shop.yaml', ...sides, ...flags], io)).toBe(2)
  return io.written.stderr
}

describe('ab --capacity refuses', () => {
  test.each([
    [['-r', '20/s'], '--capacity and --rate: the load is what is searched'],
    [['-u', '20'], '--capacity and --vus: the load is what is searched'],
    [['--max-duration', '60s'], '--capacity and --max-duration: searches take turns'],
    [['--verify'], '--verify: b has to carry what a does'],
    [['--require', '500/s'], '--require: b has to carry what a does'],
    [['--restarts', '2'], '--capacity and --restarts: each side is started once'],
    [['--from', '20'], '--from 20: not a rate above 0'],
    [['--from', '200/s', '--max', '100/s'], 'the first load, 200/s, is above the most, 100/s'],
    [['--budget', '4m'], 'a budget of 4m is too short for the trials that a bound takes'],
  ])('%j', async (flags, message) => {
    expect(await refused(['--capacity', ...flags])).toContain(message)
  })

  test('any load to another machine, and says which side that is', async () => {
    const message = await refused(['--capacity'])
    expect(message).toContain('side a: http://192.0.2.1 is on another machine, and nothing limits')
    expect(message).toContain('--max 2000/s')
  })

  test('rows that are used only once and may run out, before a side is started', async () => {
    const data = 'data: { id: { values: [1, 2, 3], pick: unique } }'
    const message = await refused(['--capacity', '--max', '100/s'], data, '/{{ id }}')
    expect(message).toContain('data.id has 3 rows that are used only once')
    expect(message).not.toContain('side a')
  })
})

test.each(['--from=20/s', '--max=20/s', '--budget=10m'])('%s needs --capacity', async (flag) => {
  const [name] = flag.split('=')
  expect(await refused([flag])).toContain(`${name}: no capacity is searched`)
})
