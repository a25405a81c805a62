import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { UserError } from '../../src/base/errors.js'
import { renderProblem } from '../../src/base/problem.js'
import { readScenario } from '../../src/scenario/read.js'

/** One folder for each block of a scenario; `files/` holds the data files that they name. */
const directory = new URL('bad/', import.meta.url)
const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.slice(0, -'.yaml'.length))
const env = { API_TOKEN: '77-from-the-environment', VUS: 'lots' }

test.each(names)('%s: each problem has a place and a hint', async (name) => {
  const text = readFileSync(new URL(`${name}.yaml`, directory), 'utf8')
  await expect(withoutDepth(messages(text, `${name}.yaml`))).toMatchFileSnapshot(`bad/${name}.txt`)
})

test('no message shows a secret', () => {
  for (const name of names) {
    const shown = messages(readFileSync(new URL(`${name}.yaml`, directory), 'utf8'), name)
    expect(shown).not.toContain(env.API_TOKEN)
    expect(shown).not.toContain('s3cr3tvalue')
  }
})

/** How deep the YAML library can go depends on the remaining stack. */
function withoutDepth(text: string): string {
  return text.replace(/:\d+(?=: lists and maps are nested too deeply)/, ':N')
}

function messages(text: string, file: string): string {
  try {
    readScenario(text, { file, env, files: { read: (path) => readFileSync(new URL(path, directory)) } })
  } catch (error) {
    if (error instanceof UserError) return `${error.problems.map(renderProblem).join('\n\n')}\n`
    throw error
  }
  throw new Error(`${file} was read without a problem`)
}
