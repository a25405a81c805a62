import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { main } from '../../src/cli.js'
import { createMemoryIo } from './memory-io.js'

async function manifest(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const io = { ...createMemoryIo(), env }
  const code = await main(['kubernetes', 'manifest', ...args], io)
  return { code, ...io.written }
}

const NEEDED = ['--agents', '2', '--image', 'registry.example/perfctl:1.0.0']

// biome-ignore lint/suspicious/noExplicitAny: objects of any kind.
const objectsOf = (text: string): any[] => parseAllDocuments(text).map((document) => document.toJS())
const keyOf = (text: string): string => objectsOf(text)[0].stringData.PERFCTL_CLUSTER_KEY

describe('perfctl kubernetes manifest', () => {
  test('prints what was asked for', async () => {
    const { code, stdout } = await manifest([
      ...NEEDED,
      ...[
        '--name',
        'shop',
        '--namespace',
        'load-tests',
        '--cluster',
        'ci',
        '--cpu',
        '500m',
        '--memory',
        '2Gi',
      ],
      ...['--deadline', '90m', '--env-from', 'secret/shop', '--env-from', 'configmap/urls'],
    ])
    expect(code).toBe(0)
    const [secret, service, deployment, job] = objectsOf(stdout)
    expect([secret, service, deployment, job].map(({ metadata }) => metadata.name)).toEqual([
      'shop',
      'shop-nats',
      'shop-nats',
      'shop',
    ])
    for (const { metadata } of [secret, service, deployment, job])
      expect(metadata.namespace).toBe('load-tests')
    expect(job.spec).toMatchObject({ completions: 2, parallelism: 2, activeDeadlineSeconds: 5400 })
    const [container] = job.spec.template.spec.containers
    expect(container.args).toEqual(
      'agent --nats nats://shop-nats:4222 --cluster ci --name $(POD_NAME) --once'.split(' '),
    )
    expect(container.envFrom).toEqual([{ secretRef: { name: 'shop' } }, { configMapRef: { name: 'urls' } }])
    expect(container.resources.limits).toEqual({ cpu: '500m', memory: '2Gi' })
    expect(container.resources.requests).toEqual(container.resources.limits)
  })

  test('takes the key from the environment, and otherwise makes a new one each time', async () => {
    const given = await manifest(NEEDED, { PERFCTL_CLUSTER_KEY: 'mine' })
    expect(keyOf(given.stdout)).toBe('mine')
    const keys = [keyOf((await manifest(NEEDED)).stdout), keyOf((await manifest(NEEDED)).stdout)]
    expect(keys[0]).toMatch(/^[\w-]{22}$/)
    expect(keys[1]).not.toBe(keys[0])
  })

  test.each(['0', '0.0', '00m', '-1', '1.', '2Gi'])('takes no --cpu %s', async (cpu) => {
    expect((await manifest([...NEEDED, `--cpu=${cpu}`])).code).toBe(2)
  })

  test.each(['0Gi', '0.0Mi', '512', '1gb'])('takes no --memory %s', async (memory) => {
    expect((await manifest([...NEEDED, '--memory', memory])).code).toBe(2)
  })

  test('takes small sizes, and names that begin with a digit', async () => {
    const args = ['--cpu', '0.25', '--memory', '0.5Gi', '--namespace', '0a']
    expect((await manifest([...NEEDED, ...args])).code).toBe(0)
  })

  test('takes only names that agents take', async () => {
    const { code, stderr } = await manifest([...NEEDED, '--cluster', 'a.b'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^--cluster a\.b: not the name of a cluster/)
  })

  test('reports all that is wrong at once', async () => {
    const { code, stderr } = await manifest([
      ...['--agents', '0', '--name=-Shop', '--namespace', 'a.b', '--cpu', '0m', '--memory', '1024'],
      ...['--deadline', '5', '--env-from', 'shop', '--key-secret', 'a/b', '--broker-image', ''],
      ...['--nats', 'nats://me:secret@nats.example:4222'],
    ])
    expect(code).toBe(2)
    const flags = [...stderr.matchAll(/^(--[a-z-]+)/gm)].map(([, flag]) => flag)
    expect(flags).toEqual([
      ...['--agents', '--image', '--name', '--namespace', '--cpu', '--memory'],
      ...['--deadline', '--env-from', '--key-secret', '--nats', '--broker-image'],
    ])
    expect(stderr).not.toContain('me:secret')
  })
})
