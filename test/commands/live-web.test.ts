import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { main } from '../../src/cli.js'
import { createMemoryIo } from './memory-io.js'

test.each([
  ['shop.yaml', 'or put the flag last: perfctl run shop.yaml --live-web'],
  ['http://localhost:3000', 'perfctl run http://localhost:3000 --live-web'],
  ['99999', 'a port up to 65535'],
  ['yes', 'a port up to 65535'],
])('--live-web %s is refused with a hint', async (value, hint) => {
  const io = createMemoryIo()
  expect(await main(['run', '--live-web', value], io)).toBe(2)
  expect(io.written.stderr).toContain(`--live-web ${value}: not a port`)
  expect(io.written.stderr).toContain(hint)
})

test('a port in use exits with 2, and nothing is sent', async () => {
  let asked = 0
  const service = createServer((_, response) => {
    asked++
    response.end()
  })
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  const { port } = service.address() as AddressInfo
  const io = createMemoryIo()
  const code = await main(['run', `http://127.0.0.1:${port}/`, '-i', '1', '--live-web', `${port}`], io)
  service.close()
  expect([code, asked]).toEqual([2, 0])
  expect(io.written.stderr).toContain(`--live-web 127.0.0.1:${port}: the port is in use`)
  expect(io.written.stdout).toBe('')
})
