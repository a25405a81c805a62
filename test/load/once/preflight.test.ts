import { describe, expect, onTestFinished, test } from 'vitest'
import type { UserError } from '../../../src/base/errors.js'
import { checkReachable, checkResources, raiseOpenFiles } from '../../../src/load/once/preflight.js'
import type { Load } from '../../../src/scenario/model/load-types.js'
import { makeLimits } from '../../commands/machine.js'
import { serve } from '../raw-server.js'
import { closedLoad, openLoad } from '../simulate.js'

const WAY = { connectTimeoutMs: 1000 }
const FEW_FILES = makeLimits({ openFiles: { soft: 1024, hard: 1024 } })
const FEW_PORTS = makeLimits({ ports: { first: 60_000, last: 60_099 } })

describe('a load that this machine', () => {
  test.each<[string, Load]>([
    ['as many users as files', users(960)],
    ['a ramp to as many', closedLoad({ start: 0, stages: [{ durationMs: 1000, target: 960 }] })],
    ['fewer iterations than users', { ...users(5000), iterations: 900 }],
    ['arrivals that need few of their users', openLoad({ maxVus: 1000 })],
    ['arrivals that may need more', openLoad({ maxVus: 50_000 })],
  ])('can send is not refused: %s', (_, load) => {
    checkResources({ load, target: 'http://host' }, FEW_FILES)
  })

  test.each<[string, Load, string]>([
    ['one user too many', users(961), '961'],
    [
      'a ramp',
      closedLoad({
        start: 0,
        stages: [
          { durationMs: 1000, target: 2000 },
          { durationMs: 1, target: 1 },
        ],
      }),
      '2,000',
    ],
    ['a warm-up with all users', { ...users(5000), iterations: 900, warmupMs: 1 }, '5,000'],
  ])('has too few open files for is refused with a hint: %s', (_, load, count) => {
    expect(refusal(() => checkResources({ load, target: 'http://host' }, FEW_FILES))).toEqual({
      kind: 'run',
      message: `${count} virtual users need as many connections, but a process may open only 1,024 files`,
      hint: expect.stringMatching(/^ulimit -n 65536 /),
    })
  })

  test('has too few ports for is refused', () => {
    checkResources({ load: users(100), target: 'http://host' }, FEW_PORTS)
    expect(refusal(() => checkResources({ load: users(101), target: 'http://host:1' }, FEW_PORTS))).toEqual({
      kind: 'run',
      message:
        '101 virtual users need as many connections to http://host:1, but there are only 100 ports for them',
      hint: 'sudo sysctl -w net.ipv4.ip_local_port_range="1024 65535"',
    })
    const most = refusal(() => checkResources({ load: users(70_000), target: 'http://host' }, makeLimits()))
    expect(most!.hint).toBe('split the load across machines: --shard 1/2 and so on')
  })

  test('does not report limits for is sent', () => {
    checkResources({ load: users(1e6), target: 'http://host' }, makeLimits({ openFiles: null, ports: null }))
  })

  test('that is split across machines needs only a share of the ports on each', () => {
    const limits = makeLimits({ ports: { first: 1, last: 50 } })
    checkResources({ load: users(100), target: 'http://host' }, limits, 2)
    expect(
      refusal(() => checkResources({ load: users(101), target: 'http://host' }, limits, 2)),
    ).not.toBeNull()
  })

  test('gets as many files as it needs', () => {
    expect(raiseOpenFiles(65_472)).toContain('ulimit -n 65536 ')
    expect(raiseOpenFiles(65_473)).toContain('ulimit -n 131072 ')
  })
})

describe('a target', () => {
  test.each(['127.0.0.1', '::1'])('at %s that listens is sent nothing', async (host) => {
    const received: unknown[] = []
    const server = await serve((socket) => socket.on('data', (data) => received.push(data)), host)
    onTestFinished(() => server.close())
    await checkReachable(server.origin, WAY)
    await expect.poll(server.open).toBe(0)
    expect(server.accepted()).toBe(1)
    expect(received).toEqual([])
  })

  test('where nobody listens is reported at once', async () => {
    const server = await serve(() => {})
    await server.close()
    const error = await checkReachable(server.origin, WAY).catch((reason) => reason)
    expect(error).toMatchObject({ name: 'UserError', kind: 'run' })
    expect(error.message).toMatch(/^http:\/\/127\.0\.0\.1:\d+ can't be reached: connect ECONNREFUSED/)
  })

  test('with an unknown host is reported at once', async () => {
    const reachable = checkReachable('https://name.invalid', { connectTimeoutMs: 5000 })
    await expect(reachable).rejects.toThrow(
      /^https:\/\/name\.invalid can't be reached: getaddrinfo \w+ name\.invalid/,
    )
  })
})

function users(target: number): Load {
  return closedLoad({ start: target, stages: [{ durationMs: 1000, target }] })
}

function refusal(action: () => void): { kind: string; message: string; hint: string | null } | null {
  try {
    action()
    return null
  } catch (error) {
    const { kind, message, problems } = error as UserError
    return { kind, message, hint: problems[0]!.hint }
  }
}
