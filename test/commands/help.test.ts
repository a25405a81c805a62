import { expect, test } from 'vitest'
import { main } from '../../src/cli.js'
import { TOPICS } from '../../src/commands/topics.js'
import { createMemoryIo } from './memory-io.js'

async function help(...names: string[]) {
  const io = createMemoryIo()
  const code = await main(['help', ...names], io)
  return { code, ...io.written }
}

test('help lists the topics beside the commands', async () => {
  const { code, stdout } = await help()
  expect(code).toBe(0)
  expect(stdout).toMatch(/^ {2}run \[options\]/m)
  for (const { name, summary } of TOPICS) expect(stdout).toMatch(new RegExp(`^ {2}${name} +${summary}$`, 'm'))
})

test.each(TOPICS)('help $name prints its page', async ({ name }) => {
  const { code, stdout } = await help(name)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^.+\n═+\n/m)
})

test.each([
  [['run'], 'Usage: perfctl run '],
  [['baseline'], 'Usage: perfctl baseline '],
  [['baseline', 'update'], 'Usage: perfctl baseline update '],
])('help %j shows the help of the command', async (names, usage) => {
  const { code, stdout } = await help(...names)
  expect(code).toBe(0)
  expect(stdout).toContain(usage)
})

test('where a command and a topic share a name, both are shown', async () => {
  const { stdout } = await help('history')
  expect(stdout).toContain('Usage: perfctl history')
  expect(stdout).toContain('\n\nHistory\n═══════\n')
})

test.each([
  [['glosary'], 'did you mean "glossary"?'],
  [['rn'], 'did you mean "run"?'],
  [['baseline', 'updat'], 'did you mean "update"?'],
  [['nonsense'], 'run perfctl help for the full list'],
  [['run', 'more'], 'run perfctl help for the full list'],
  [['__proto__'], 'run perfctl help for the full list'],
])('help %j exits 2 with a suggestion', async (names, hint) => {
  const { code, stdout, stderr } = await help(...names)
  expect(code).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toContain(`perfctl help ${names.join(' ')}: no such command or topic`)
  expect(stderr).toContain(hint)
})
