import { expect, test } from 'vitest'
import { startSession } from '../session.js'

test('the machine this runs on is fit, and its speed is measured', async () => {
  const { code, stdout } = await startSession().perfctl(['doctor'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^✓ Node\.js {2,}v\d+\.\d+\.\d+ +supported\n/)
  expect(stdout).toMatch(/^[✓!] cores +\d/m)
  expect(stdout).toMatch(/^✓ speed +[\d,]+\/s +requests that a core can send/m)
  for (const line of stdout.trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})
