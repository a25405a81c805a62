/**
 * Writes what is made from the code: the JSON Schema of scenario files. With `--check` it writes nothing and fails
 * when the file in the repository is another one. Run it after a build: `npm run docs`.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { scenarioJsonSchema } from '../dist/scenario/definition.js'

const file = new URL('../scenarios/scenario.schema.json', import.meta.url)
const wanted = `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`

if (!process.argv.includes('--check')) {
  await writeFile(file, wanted)
} else if ((await readFile(file, 'utf8').catch(() => null)) !== wanted) {
  process.stderr.write('scenarios/scenario.schema.json is out of date: run npm run docs\n')
  process.exitCode = 1
}
