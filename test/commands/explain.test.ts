import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { explain } from '../../src/commands/explain.js'
import { createMemoryIo } from './memory-io.js'

function prepare() {
  const io = createMemoryIo()
  writeFileSync(join(io.cwd, 'a.yaml'), 'load: { vus: 20, duration: 10s }\nrequests: [{ get: / }]')
  writeFileSync(join(io.cwd, 'b.yaml'), 'target: demo\nrequests: [{ get: "${PATHS:-/}" }]')
  return io
}

test('a run is explained as the flags would change it', async () => {
  const io = prepare()
  expect(await explain(['a.yaml', 'b.yaml'], { rate: '50/s', target: 'http://localhost:1' }, io)).toBe(0)
  expect(io.written.stdout).toContain('about 500 requests in total')
  expect(io.written.stdout.match(/^against http:\/\/localhost:1$/gm)).toHaveLength(2)
})

test('a baseline is looked for where the run would', async () => {
  const io = prepare()
  mkdirSync(join(io.cwd, 'baselines'))
  writeFileSync(join(io.cwd, 'baselines/a.json'), '{}')
  await explain(['a.yaml', 'b.yaml'], {}, io)
  expect(io.written.stdout).toContain('compared with baselines/a.json')
  expect(io.written.stdout).toContain(
    'baselines/b.json does not exist yet; create it: perfctl baseline update b.yaml',
  )
})

test('a wrong file is told like everywhere', async () => {
  const io = prepare()
  writeFileSync(join(io.cwd, 'a.yaml'), 'lod: 1\nrequests: [{ get: / }]')
  await expect(explain(['a.yaml'], {}, io)).rejects.toThrow('unknown key "lod"')
})
