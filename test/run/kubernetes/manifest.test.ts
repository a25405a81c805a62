import { Deployment } from 'kubernetes-models/apps/v1'
import { Job } from 'kubernetes-models/batch/v1'
import { Secret, Service } from 'kubernetes-models/v1'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { type Manifest, type ManifestOptions, makeManifests } from '../../../src/run/kubernetes/manifest.js'
import { writeDocuments } from '../../../src/scenario/yaml/yaml.js'

const OPTIONS: ManifestOptions = {
  name: 'perfctl',
  namespace: null,
  agents: 4,
  image: 'registry.example/perfctl:1.0.0',
  brokerImage: 'nats:2.10-alpine',
  nats: null,
  cluster: 'ci',
  cpu: '2',
  memory: '1Gi',
  deadlineSeconds: 3600,
  key: { value: 'a-key' },
  envFrom: [
    { kind: 'secret', name: 'shop' },
    { kind: 'configmap', name: 'shop-urls' },
  ],
  once: true,
}

// biome-ignore lint/suspicious/noExplicitAny: each takes objects of one kind.
const MODELS: Readonly<Record<string, new (data: any) => { validate(): void }>> = {
  Deployment,
  Job,
  Secret,
  Service,
}

function validate(manifest: Manifest): void {
  new MODELS[manifest.kind]!(structuredClone(manifest)).validate()
}

/** The manifest with another value at a path. */
function mutated(manifest: Manifest, path: string, value: unknown): Manifest {
  const copy = structuredClone(manifest)
  const keys = path.split('.')
  const last = keys.pop()!
  // biome-ignore lint/suspicious/noExplicitAny: any path is followed.
  const parent = keys.reduce((object: any, key) => object[key], copy)
  parent[last] = value
  return copy
}

const kinds = (options: Partial<ManifestOptions>) =>
  makeManifests({ ...OPTIONS, ...options }).map(({ kind }) => kind)
const jobOf = (options: Partial<ManifestOptions>) => makeManifests({ ...OPTIONS, ...options }).at(-1)!

test('the manifest', async () => {
  const text = writeDocuments(makeManifests({ ...OPTIONS, namespace: 'load-tests' }))
  await expect(text).toMatchFileSnapshot('golden/manifest.yaml')
})

test('the manifest with a broker and a key of the user', async () => {
  const options = { ...OPTIONS, nats: 'tls://nats.example:4222', key: { secret: 'shared' }, envFrom: [] }
  await expect(writeDocuments(makeManifests(options))).toMatchFileSnapshot('golden/own-broker.yaml')
})

test.each(makeManifests(OPTIONS))('the $kind $metadata.name is valid', (manifest) => {
  expect(() => validate(manifest)).not.toThrow()
})

describe('the validation finds', () => {
  test.each([
    ['Job', 'spec.completions', '4'],
    ['Job', 'spec.template.spec.restartPolicy', 1],
    ['Job', 'spec.template.spec.containers', [{ image: 'no-name' }]],
    ['Job', 'spec.template.spec.containers.0.env', { POD_NAME: 'x' }],
    ['Job', 'spec.template.spec.containers.0.resources.limits.cpu', []],
    ['Job', 'spec.template', undefined],
    ['Deployment', 'spec.selector', undefined],
    ['Deployment', 'spec.template.spec.containers.0.readinessProbe.tcpSocket', {}],
    ['Service', 'spec.ports.0.port', 'nats'],
    ['Secret', 'stringData', 'a-key'],
  ])('a %s with a wrong %s', (kind, path, value) => {
    const manifest = makeManifests(OPTIONS).find((each) => each.kind === kind)!
    expect(() => validate(mutated(manifest, path, value))).toThrow()
  })
})

test('what exists already is not made', () => {
  expect(kinds({})).toEqual(['Secret', 'Service', 'Deployment', 'Job'])
  expect(kinds({ nats: 'nats://nats.example:4222' })).toEqual(['Secret', 'Job'])
  expect(kinds({ key: { secret: 'shared' } })).toEqual(['Service', 'Deployment', 'Job'])
  expect(kinds({ nats: 'nats://nats.example:4222', key: { secret: 'shared' } })).toEqual(['Job'])
})

test('agents that serve several runs are not told to end after one', () => {
  expect(JSON.stringify(jobOf({ once: true }))).toContain('--once')
  expect(JSON.stringify(jobOf({ once: false }))).not.toContain('--once')
})

test('names that YAML 1.1 would take for something else are quoted', () => {
  const name = 'on'
  const text = writeDocuments(makeManifests({ ...OPTIONS, name, namespace: 'y', cpu: '1e3' }))
  const documents = parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS())
  expect(documents).toEqual(makeManifests({ ...OPTIONS, name, namespace: 'y', cpu: '1e3' }))
})
