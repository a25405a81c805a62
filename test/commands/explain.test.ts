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

test('flags change the explanation as they change the run', async () => {
  const io = prepare()
  expect(await explain(['a.yaml', 'b.yaml'], { rate: '50/s', target: 'http://localhost:1' }, io)).toBe(0)
  expect(io.written.stdout).toContain('about 500 requests in total')
  expect(io.written.stdout.match(/^against http:\/\/localhost:1$/gm)).toHaveLength(2)
})

test('the baseline is searched where a run would search it', async () => {
  const io = prepare()
  mkdirSync(join(io.cwd, 'baselines'))
  writeFileSync(join(io.cwd, 'baselines/a.json'), '{}')
  await explain(['a.yaml', 'b.yaml'], {}, io)
  expect(io.written.stdout).toContain('compared with baselines/a.json')
  expect(io.written.stdout).toContain(
    'baselines/b.json does not exist yet; create it: perfctl baseline update b.yaml',
  )
})

test('an invalid file is reported as by other commands', async () => {
  const io = prepare()
  writeFileSync(join(io.cwd, 'a.yaml'), 'lod: 1\nrequests: [{ get: / }]')
  await expect(explain(['a.yaml'], {}, io)).rejects.toThrow('unknown key "lod"')
})
