import { expect, test } from 'vitest'
import { main } from '../../dist/cli.js'
import { createMemoryIo } from '../commands/memory-io.js'

test('the files of init can be validated, tried, explained and run unchanged', async () => {
  const io = createMemoryIo()
  const file = 'scenarios/demo.yaml'
  expect(await main(['init'], io)).toBe(0)
  expect(await main(['validate', file], io)).toBe(0)
  expect(await main(['try', file], io)).toBe(0)
  expect(await main(['explain', file], io)).toBe(0)
  expect([await main(['run', file, '-u', '2', '-d', '1s', '-q'], io), io.written.stderr]).toEqual([0, ''])
  expect(io.written.stdout).toMatch(/^total +\d+ +\S+ +0 /m)
})
