import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../../src/base/errors.js'
import type { SetLevel } from '../../../src/load/fleet/threads.js'
import type { Channel } from '../../../src/run/agents/channel.js'
import { type GroupOptions, type GroupRunOptions, gatherAgents } from '../../../src/run/agents/group.js'
import { type Answer, answerToJson, type Order, readOrder } from '../../../src/run/agents/messages.js'
import { openPair } from '../../../src/run/agents/pair.js'
import type { FirstLoad } from '../../../src/run/capacity/first-load.js'

const ENVIRONMENT = { perfctl: '1.0.0', node: 'v22', os: 'Linux', cpu: 'c', cores: 8 }
const hello = (name: string, changes = {}): Answer => ({
  type: 'hello',
  protocol: 1,
  name,
  environment: { ...ENVIRONMENT, ...changes },
})
const END: Answer = { type: 'end', end: { stoppedMs: 5000, failure: null } }

const JOB = { file: 'x', text: 'x', files: {}, env: {}, secrets: [], profile: null, headers: {}, load: {} }

const NONE = new Uint8Array(0)
const WINDOW = {
  index: 0,
  sheet: { samples: [], counts: new Float64Array(0), failures: [], timings: [], timingNames: [] },
  vus: 1,
  dropped: 0,
  unsolicited: 0,
  schedulingLag: NONE,
  dns: NONE,
  tcp: NONE,
  tls: NONE,
  busy: 0,
  cpu: null,
  starved: null,
  gcMsMax: 0,
  gcMs: 0,
}

interface Fake {
  readonly channel: Channel
  readonly orders: Order[]
  say(answer: Answer | string): void
  drop(): Promise<void>
}

/** An agent that answers each order by `react`, after the usual ones: its clock is `aheadMs` ahead. */
function makeAgent(
  name: string,
  react: (order: Order, say: Fake['say'], drop: Fake['drop']) => void = () => {},
  { aheadMs = 0, greeting = hello(name) }: { aheadMs?: number; greeting?: Answer | null } = {},
): Fake {
  const [channel, own] = openPair()
  const orders: Order[] = []
  const say = (answer: Answer | string) =>
    typeof answer === 'string' ? own.send({ type: answer }) : own.send(answerToJson(answer))
  const drop = () => own.close()
  own.onLine((line) => {
    const order = readOrder(line)
    orders.push(order)
    if (order.type === 'ping') say({ type: 'pong', id: order.id, wallMs: Date.now() + aheadMs })
    else if (order.type === 'assign') say({ type: 'ready', workers: 2, service: null })
    react(order, say, drop)
  })
  if (greeting !== null) say(greeting)
  return { channel, orders, say, drop }
}

const optionsFor = (agents: readonly Fake[], changes: Partial<GroupOptions> = {}): GroupOptions => ({
  channels: agents.map(({ channel }) => channel),
  job: { ...JOB, insecure: false, connectTo: [], hash: 'h' },
  plannedMs: 5000,
  assignment: {
    target: 'http://h',
    seed: 1,
    today: 0,
    variables: {},
    workers: null,
    steered: null,
  },
  series: 1,
  isRequest: () => true,
  waitMs: 5000,
  onLost: 'abort',
  perfctl: '1.0.0',
  ...changes,
})

const never = new AbortController().signal

async function runOn(agents: readonly Fake[], changes: Partial<GroupOptions> = {}, run = {}) {
  const ended: number[] = []
  const group = await gatherAgents(optionsFor(agents, changes))
  const options: GroupRunOptions = {
    stop: never,
    kill: never,
    onBegin: () => {},
    onWindow: () => {},
    onWorkerEnd: (worker) => ended.push(worker),
    ...run,
  }
  const end = await group.run(options)
  const marks = group.marks()
  await group.close()
  return { end, ended, marks, workers: group.workers }
}

async function refusal(agents: readonly Fake[], changes: Partial<GroupOptions> = {}): Promise<string> {
  const error: unknown = await gatherAgents(optionsFor(agents, changes)).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(UserError)
  expect((error as UserError).kind).toBe('run')
  const { message, hint } = (error as UserError).problems[0]!
  return `${message}; ${hint}`
}

/** Begins and ends at once. */
const workFrom = (lateMs: number) => (order: Order, say: Fake['say']) => {
  if (order.type !== 'start') return
  say({ type: 'running', lateMs })
  say({ type: 'worker-end', worker: 0 })
  say({ type: 'worker-end', worker: 1 })
  say(END)
}

const work = workFrom(1)

describe('agents', () => {
  test('get parts, start at one moment by their own clocks, and end together', async () => {
    const agents = [makeAgent('one', work), makeAgent('two', work, { aheadMs: 60_000 })]
    const { end, ended, marks, workers } = await runOn(agents)
    expect(workers).toBe(4)
    expect(end).toEqual({ stoppedMs: 5000, failure: null })
    expect(ended.toSorted()).toEqual([0, 1, 2, 3])
    const assigned = agents.map(({ orders }) => orders.find(({ type }) => type === 'assign'))
    expect(assigned).toMatchObject([{ assignment: { index: 1, of: 2 } }, { assignment: { index: 2, of: 2 } }])
    const [first, second] = agents.map(
      ({ orders }) => orders.find((order) => order.type === 'start') as { atMs: number },
    )
    expect(Math.abs(second!.atMs - first!.atMs - 60_000)).toBeLessThan(50)
    expect(marks).toMatchObject([
      { name: 'one', cores: 8, workers: 2, perfctl: '1.0.0', startOffsetMs: 1, lost: null },
      { name: 'two', startOffsetMs: 1, lost: null },
    ])
  })

  test('of one name are told apart', async () => {
    const { marks } = await runOn([makeAgent('one', work), makeAgent('one', work), makeAgent('one', work)])
    expect(marks.map(({ name }) => name)).toEqual(['one', 'one-2', 'one-3'])
  })

  test('that began too far apart did not send the load', async () => {
    const { end } = await runOn([makeAgent('one', work), makeAgent('two', workFrom(240))])
    expect(end.failure).toMatchObject({
      kind: 'agent',
      message: 'the agents began 239ms apart, so they never sent the full load',
    })
  })

  test('are stopped when the run is', async () => {
    const stop = new AbortController()
    const agent = makeAgent('one', (order, say) => {
      if (order.type === 'start') stop.abort()
      if (order.type === 'stop') say(END)
    })
    const { end } = await runOn([agent], {}, { stop: stop.signal })
    expect(end.failure).toBeNull()
  })
})

describe('agents that are steered', () => {
  const heard = (aheadMs: number) => (order: Order, say: Fake['say']) => {
    if (order.type === 'start') say({ type: 'running', lateMs: 0 })
    if (order.type === 'level') say({ type: 'level', aheadMs })
    if (order.type === 'stop') say(END)
  }

  /** Tells one change of the level, and who was late once all have answered, or at once. */
  async function tell(agents: readonly Fake[], wait = 50): Promise<readonly string[]> {
    const stop = new AbortController()
    let late: readonly string[] = []
    const { end } = await runOn(
      agents,
      {},
      {
        stop: stop.signal,
        onSteerable: (setLevel: SetLevel) => {
          const change = setLevel(3000, 120)
          expect(change.late).toEqual(['one', 'two'])
          void sleep(wait).then(() => {
            late = change.late
            stop.abort()
          })
        },
      },
    )
    expect(end.failure).toBeNull()
    return late
  }

  test('are all told, after the start, and each says whether it heard in time', async () => {
    const agents = [makeAgent('one', heard(900)), makeAgent('two', heard(700))]
    expect(await tell(agents)).toEqual([])
    for (const { orders } of agents)
      expect(orders.filter(({ type }) => type === 'start' || type === 'level')).toEqual([
        { type: 'start', atMs: expect.any(Number) },
        { type: 'level', atMs: 3000, level: 120 },
      ])
  })

  test('are late if they heard too late, or so late that their threads could not know, or have not answered', async () => {
    expect(await tell([makeAgent('one', heard(900)), makeAgent('two', heard(-1))])).toEqual(['two'])
    expect(await tell([makeAgent('one', heard(3)), makeAgent('two', heard(900))])).toEqual(['one'])
    const mute = makeAgent('two', (order, say) => {
      if (order.type !== 'level') heard(900)(order, say)
    })
    expect(await tell([makeAgent('one', heard(900)), mute])).toEqual(['two'])
  })

  test('are lost if they heard what nobody told', async () => {
    const { end } = await runOn([
      makeAgent('one', (order, say) => {
        if (order.type === 'start') say({ type: 'level', aheadMs: 1 })
      }),
    ])
    expect(end.failure?.message).toMatch(/: it heard of a change of the load that nobody told it$/)
  })
})

describe('the first look at the service', () => {
  const answer = (found: FirstLoad) => (order: Order, say: Fake['say']) => {
    if (order.type === 'look') say({ type: 'looked', found })
    else work(order, say)
  }

  test('is that of the first agent, and the load follows', async () => {
    const agents = [makeAgent('one', answer({ load: 70 })), makeAgent('two', work)]
    const group = await gatherAgents(optionsFor(agents))
    expect(await group.look(500, never)).toEqual({ load: 70 })
    expect(agents.map(({ orders }) => orders.filter(({ type }) => type === 'look'))).toEqual([
      [{ type: 'look', pausesMs: 500 }],
      [],
    ])
    const begun = { stop: never, kill: never, onBegin: () => {}, onWindow: () => {}, onWorkerEnd: () => {} }
    expect(await group.run(begun)).toEqual({ stoppedMs: 5000, failure: null })
    await group.close()
  })

  test.each<[string, (say: Fake['say'], other: Fake, stop: AbortController) => void, RegExp]>([
    [
      'by an agent that must not',
      (say) => say({ type: 'refused', message: 'it must not', hint: 'name a first load' }),
      /^agent one can't send its part: it must not$/,
    ],
    [
      'while another agent is lost',
      (_, other) => void other.drop(),
      /^agent two is not ready: it was closed$/,
    ],
    ['that is interrupted', (_, __, stop) => stop.abort(), /^interrupted before the agents began$/],
  ])('%s ends the search', async (_, react, message) => {
    const stop = new AbortController()
    const other = makeAgent('two')
    const one = makeAgent('one', (order, say) => {
      if (order.type === 'look') react(say, other, stop)
    })
    const group = await gatherAgents(optionsFor([one, other]))
    await expect(group.look(0, stop.signal)).rejects.toMatchObject({
      kind: 'run',
      message: expect.stringMatching(message),
    })
    await group.close()
  })
})

describe.concurrent('an agent that is lost', () => {
  const leave = (order: Order, _say: Fake['say'], drop: Fake['drop']) => {
    if (order.type === 'start') void drop()
  }
  const waitForStop = (order: Order, say: Fake['say']) => {
    if (order.type === 'start') say({ type: 'running', lateMs: 0 })
    if (order.type === 'stop') say(END)
  }

  test('ends the run, and the others are stopped', async () => {
    const other = makeAgent('two', waitForStop)
    const { end, ended, marks } = await runOn([makeAgent('one', leave), other])
    expect(end.failure).toMatchObject({
      kind: 'agent',
      message: expect.stringMatching(/^agent one was lost after 0/),
    })
    expect(ended.toSorted()).toEqual([0, 1, 2, 3])
    expect(marks.map(({ lost }) => lost)).toEqual([0, null])
    expect(other.orders.map(({ type }) => type)).toContain('stop')
  })

  test('leaves the load to the others, if that is wanted', async () => {
    const { end, marks } = await runOn([makeAgent('one', leave), makeAgent('two', work)], {
      onLost: 'continue',
    })
    expect(end).toEqual({ stoppedMs: 5000, failure: null })
    expect(marks.map(({ lost }) => lost)).toEqual([0, null])
  })

  test('ends the run anyway when it was the last one', async () => {
    const { end } = await runOn([makeAgent('one', leave)], { onLost: 'continue' })
    expect(end.failure).toMatchObject({ kind: 'agent' })
  })

  test.each([
    ['of a worker that it does not have', [[7, 0]]],
    [
      'twice',
      [
        [0, 0],
        [0, 0],
      ],
    ],
    [
      'backwards',
      [
        [0, 3],
        [0, 2],
      ],
    ],
  ])('is one that tells a second %s', async (_, told) => {
    const { end } = await runOn([
      makeAgent('one', (order, say) => {
        if (order.type !== 'start') return
        for (const [worker, index] of told)
          say({ type: 'window', worker: worker!, window: { ...WINDOW, index: index! } })
      }),
    ])
    expect(end.failure?.message).toMatch(/^agent one was lost .*: it has no second \d of a worker \d$/)
  })

  test('is one that says more than it was asked for', async () => {
    const talker = makeAgent('one', (order, say) => {
      if (order.type === 'assign') for (let id = 0; id < 200; id++) say({ type: 'pong', id, wallMs: 0 })
    })
    await expect(gatherAgents(optionsFor([talker]))).rejects.toThrow(
      'agent one is not ready: it sends more than it was asked for',
    )
  })

  test.each([
    ['whose part ends before the load', { plannedMs: 9000 }, 'it ended before the load did'],
    ['that does not start', {}, 'it did not start when it was told to'],
  ] as const)('is one %s', async (why, changes, reason) => {
    const isMute = why === 'that does not start'
    const one = makeAgent('one', isMute ? () => {} : work)
    const beats = setInterval(() => one.say('beat'), 500)
    const { end } = await runOn([one], changes)
    clearInterval(beats)
    expect(end.failure?.message).toMatch(new RegExp(`^agent one was lost .*: ${reason}$`))
  })

  test('is none that ended early because it was told to, or after its iterations', async () => {
    expect((await runOn([makeAgent('one', work)], { plannedMs: null })).end.failure).toBeNull()
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 200)
    const { end } = await runOn([makeAgent('one', waitForStop)], { plannedMs: 9000 }, { stop: stop.signal })
    expect(end.failure).toBeNull()
  })

  test('is not one that said why it can not send its part, and left', async () => {
    const one = makeAgent('one', (order, _say, drop) => {
      if (order.type === 'job') {
        one.say({ type: 'refused', message: 'no data', hint: null })
        queueMicrotask(() => void drop())
      }
    })
    expect(await refusal([one])).toContain("agent one can't send its part: no data")
  })

  test('ends the wait for the others when it was ready before', async () => {
    const one = makeAgent('one', (order, _say, drop) => {
      if (order.type === 'assign') setTimeout(() => void drop(), 100)
    })
    const late = makeAgent('two', () => {}, { greeting: null })
    await expect(gatherAgents(optionsFor([one, late], { waitMs: 20_000 }))).rejects.toThrow(
      'agent one is not ready: it was closed',
    )
  })

  test('is one that talks nonsense', async () => {
    const { end } = await runOn([
      makeAgent('one', (order, say) => {
        if (order.type === 'start') say('nonsense')
      }),
    ])
    expect(end.failure?.message).toMatch(
      /^agent one was lost .* not that of perfctl agent: nonsense is no message/,
    )
  })

  test('is one that can be heard no more', async () => {
    const { end } = await runOn([makeAgent('one', () => {})])
    expect(end.failure?.message).toMatch(/^agent one was lost after .*: no sign of it for 4s/)
  }, 20_000)

  test('is known by its own failure', async () => {
    const failure = {
      kind: 'crashed',
      worker: 0,
      workers: 1,
      workedMs: 3000,
      message: 'boom',
      stack: null,
      code: null,
    } as const
    const { end } = await runOn([
      makeAgent('one', (order, say) => {
        if (order.type === 'start') say({ type: 'end', end: { stoppedMs: 3000, failure } })
      }),
    ])
    expect(end.failure?.message).toBe('agent one: the worker failed after 3s: boom')
  })
})

describe('nothing is sent', () => {
  test('when an agent is of another version', async () => {
    const other = makeAgent('two', undefined, { greeting: hello('two', { perfctl: '1.1.0' }) })
    expect(await refusal([makeAgent('one'), other])).toBe(
      'agent two is perfctl 1.1.0, this is 1.0.0; install the same version on all machines',
    )
  })

  test('when an agent can not send its part', async () => {
    const agent = makeAgent('one', (order, say) => {
      if (order.type === 'ping' && order.id === 8)
        say({ type: 'refused', message: '${TOKEN} is not set there', hint: 'set it' })
    })
    expect(await refusal([agent])).toBe("agent one can't send its part: ${TOKEN} is not set there; set it")
  })

  test('when an agent ends before it is ready', async () => {
    const agent = makeAgent('one', (order, _say, drop) => {
      if (order.type === 'assign') void drop()
    })
    // The answer to the order is on its way when the connection ends.
    expect(await refusal([makeAgent('none', undefined, { greeting: null }), agent], { waitMs: 300 })).toMatch(
      /not ready/,
    )
  })

  test('when too few come in time, and names them', async () => {
    const missing = makeAgent('two', undefined, { greeting: null })
    expect(await refusal([makeAgent('one'), missing], { waitMs: 500 })).toBe(
      '1 of 2 agents ready after 500ms; not ready: agent 2; start the others, or wait longer with --agents-wait',
    )
  })

  test('after an interrupt', async () => {
    const stop = new AbortController()
    const missing = makeAgent('one', undefined, { greeting: null })
    void sleep(50).then(() => stop.abort())
    expect(await refusal([missing], { signal: stop.signal })).toMatch(/^interrupted before the agents began/)
  })
})
