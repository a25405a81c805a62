/**
 * What `deploy/` has for containers: the base for Kustomize and the Compose file fit the program.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { COMMANDS } from '../../src/commands/command-specs.js'
import { KUBERNETES_OPTIONS } from '../../src/commands/kubernetes-commands.js'
import { OPTIONS } from '../../src/commands/options.js'
import { KUBECTL } from '../run/kubernetes/programs.js'

const DEPLOY = new URL('../../deploy/', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, DEPLOY), 'utf8')
const objectsOf = (text: string) => parseAllDocuments(text).map((document) => document.toJS())

interface Compose {
  readonly services: Readonly<
    Record<string, { readonly image: string; readonly command?: readonly string[]; readonly deploy?: object }>
  >
}

const { services }: Compose = parse(read('compose.yaml'), { merge: true })

test.skipIf(KUBECTL === null)('kubectl makes of the base what perfctl prints', () => {
  const folder = fileURLToPath(new URL('kubernetes', DEPLOY))
  const { stdout, stderr } = spawnSync(KUBECTL!, ['kustomize', folder], { encoding: 'utf8' })
  expect(stderr).toBe('')
  const sorted = (objects: { kind: string }[]) => objects.toSorted((a, b) => a.kind.localeCompare(b.kind))
  expect(sorted(objectsOf(stdout))).toEqual(sorted(objectsOf(read('kubernetes/agents.yaml'))))
})

test('all brokers are of one image', () => {
  const { preset } = KUBERNETES_OPTIONS.find(({ flags }) => flags.startsWith('--broker-image'))!
  expect(services['broker']!.image).toBe(preset)
  expect(read('kubernetes/agents.yaml')).toContain(`image: ${preset}\n`)
})

const commands = Object.entries(services).flatMap(([name, { command }]) =>
  command === undefined ? [] : [{ name, command }],
)

test.each(commands)('the service $name calls perfctl as it is', ({ command: [name, ...args] }) => {
  const spec = COMMANDS.find((each) => each.name === name)!
  if ('commands' in spec) throw new Error('no service calls a group')
  const known = spec.options.map((option) => (typeof option === 'string' ? OPTIONS[option] : option).flags)
  const flags = args.filter((arg) => arg.startsWith('--'))
  expect(flags.filter((flag) => !known.some((text) => text.split(/[ ,]+/).includes(flag)))).toEqual([])
})

test('the coordinator awaits as many agents as there are', () => {
  const { command } = services['coordinator']!
  expect(command![command!.indexOf('--agents') + 1]).toBe('3')
  expect(services['agent']!.deploy).toEqual({ replicas: 3 })
})

test('the image has a Node.js that perfctl supports, and no root', () => {
  const [, major] = /^FROM node:(\d+)-slim$/m.exec(read('Dockerfile'))!
  expect(Number(major)).toBeGreaterThanOrEqual(20)
  expect(read('Dockerfile')).toMatch(/^USER 1000$/m)
  expect(read('kubernetes/agents.yaml')).toContain('runAsUser: 1000\n')
})
