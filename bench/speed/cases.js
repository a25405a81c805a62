/**
 * What is measured: each case has perfctl's run, and what it is compared with.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeStart, PEERS, perfctl, timed } from './tools.js'

const USERS = 50
const CONNECTIONS = 5
const STREAMS = 10
const OPEN_RATE = 20_000
const IDLE_USERS = 10_000
const insecure = { tls: { insecure: true } }
const json = { id: '{{ randomInt(1, 1000) }}', name: 'Ann', tags: ['a', 'b'] }

/**
 * The cases that this machine can run. Each has `name`, `unit`, `tools` (functions by name that return a figure, the
 * first of them perfctl's) and `isTime`: whether less is better. A tool named as a case stands for that case's figure.
 */
export function listCases({ urls, directory, seconds }) {
  const at = { directory, seconds }
  const rate = (scenario, url, users = USERS) => perfctl({ ...at, scenario, url, users }).rate
  const peers = (names, url) =>
    Object.fromEntries(
      names
        .filter((name) => name in PEERS)
        .map((name) => [name, () => PEERS[name]({ ...at, url, users: USERS }).rate]),
    )
  const closed = (more) => ({ load: { warmup: '1s' }, ...more })
  const plain = closed({ requests: [{ get: '/' }] })
  const cases = [
    {
      name: 'plain',
      tools: {
        perfctl: () => rate('plain.yaml', urls.plain),
        ...peers(['wrk', 'autocannon', 'hey', 'oha', 'k6'], urls.plain),
      },
    },
    { name: 'realistic', tools: { perfctl: () => rate('realistic.yaml', urls.plain), plain: null } },
    {
      name: 'POST of JSON',
      tools: {
        perfctl: () => rate(closed({ requests: [{ post: '/', json }] }), urls.plain),
        plain: null,
      },
    },
    {
      name: 'journey',
      tools: { perfctl: () => rate(journey(directory), urls.plain), plain: null },
    },
    ...[300, 2000].map((count) => ({
      name: `${count} names`,
      tools: { perfctl: () => rate(closed({ requests: named(count) }), urls.plain), plain: null },
    })),
  ]
  if (urls.large !== undefined) {
    cases.push({
      name: 'bodies of 100 kB',
      tools: {
        perfctl: () => rate(closed({ requests: [{ get: '/large' }] }), urls.plain),
        ...peers(['wrk', 'autocannon'], urls.large),
      },
    })
  }
  if (urls.tls !== undefined) {
    cases.push({
      name: 'HTTPS',
      tools: {
        perfctl: () => rate({ ...plain, http: insecure }, urls.tls),
        ...peers(['wrk', 'autocannon', 'hey', 'oha', 'k6'], urls.tls),
      },
    })
  }
  if (urls.http2 !== undefined) {
    const http = { ...insecure, http2: true, connections: CONNECTIONS }
    const h2load = PEERS.h2load && {
      h2load: () => PEERS.h2load({ ...at, url: urls.http2, connections: CONNECTIONS, streams: STREAMS }).rate,
    }
    cases.push({
      name: `HTTP/2, ${CONNECTIONS} x ${STREAMS}`,
      tools: { perfctl: () => rate({ ...plain, http }, urls.http2), ...h2load },
    })
  }
  return [...cases.map((each) => ({ unit: '/s', isTime: false, ...each })), ...times({ urls, ...at })]
}

function journey(directory) {
  const rows = Array.from({ length: 1000 }, (_, n) => `user${n},secret${n}`)
  writeFileSync(join(directory, 'users.csv'), `name,password\n${rows.join('\n')}\n`)
  return {
    load: { warmup: '1s' },
    data: { user: { file: 'users.csv' } },
    requests: [
      {
        name: 'shop',
        steps: [
          {
            name: 'login',
            post: '/login',
            json: { name: '{{ user.name }}', password: '{{ user.password }}' },
            capture: { id: { json: '$.n' } },
          },
          { name: 'item', get: '/items/{{ id }}', expect: { status: 200 } },
          { name: 'search', get: '/search?q={{ user.name }}' },
        ],
      },
    ],
  }
}

function named(count) {
  return Array.from({ length: count }, (_, n) => ({ name: `request ${n}`, get: `/items/${n}` }))
}

/** Cases in which less is better. */
function times({ urls, directory, seconds }) {
  const url = urls.plain
  const idle = async (users) => {
    const file = join(directory, 'idle.yaml')
    writeFileSync(
      file,
      JSON.stringify({ load: { vus: users, duration: '4s', thinkTime: '20s' }, requests: [{ get: '/' }] }),
    )
    const output = ['-q', '--no-baseline', '--workers', '1', '--results-dir', directory]
    return (await timed(['run', file, '--target', url, ...output])).kb
  }
  const start = async (args) => (await timed(args)).ms
  const lateness = () => {
    const load = { rate: `${OPEN_RATE}/s`, maxVus: 2000, warmup: '2s' }
    const { result } = perfctl({ directory, scenario: { load, requests: [{ get: '/' }] }, url, seconds })
    return result.generator.schedulingLagP99
  }
  const many = Array.from({ length: 100 }, (_, n) => {
    const file = join(directory, `many${n}.yaml`)
    writeFileSync(file, readFileSync(new URL('realistic.yaml', import.meta.url), 'utf8'))
    return file
  })
  const brief = join(directory, 'brief.yaml')
  writeFileSync(brief, JSON.stringify({ load: { vus: 10, duration: '1s' }, requests: [{ get: '/' }] }))
  const node = { node: nodeStart }
  return [
    {
      name: 'run of 1 s',
      unit: ' ms',
      tools: {
        perfctl: () =>
          start(['run', brief, '--target', url, '-q', '--no-baseline', '--results-dir', directory]),
        ...node,
      },
    },
    { name: '--help', unit: ' ms', tools: { perfctl: () => start(['--help']), ...node } },
    { name: 'validate of 100', unit: ' ms', tools: { perfctl: () => start(['validate', ...many]), ...node } },
    {
      name: `memory of a user`,
      unit: ' kB',
      tools: {
        perfctl: async () => {
          const few = await idle(10)
          await sleep(200)
          return ((await idle(IDLE_USERS)) - few) / (IDLE_USERS - 10)
        },
      },
    },
    {
      name: `late at ${OPEN_RATE.toLocaleString('en-US')}/s, p99`,
      unit: ' ms',
      tools: { perfctl: lateness },
    },
  ].map((each) => ({ isTime: true, ...each }))
}
