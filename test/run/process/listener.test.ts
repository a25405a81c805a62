import { expect, test } from 'vitest'
import { findListeners } from '../../../src/run/process/listener.js'
import { FakeSystem } from './system.js'

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
const line = (address: string, state: string, inode: number) =>
  `   0: ${address} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0\n`

/** Port 3000 is BB8. */
function system(): FakeSystem {
  const system = new FakeSystem()
  system.write(
    '/proc/net/tcp',
    HEAD +
      line('0100007F:0BB8', '0A', 71) +
      line('0100007F:0BB8', '01', 72) +
      line('0100007F:0BB9', '0A', 73),
  )
  system.write('/proc/net/tcp6', HEAD + line('00000000000000000000000000000000:0BB8', '0A', 74))
  return system
}

test('a port leads to the processes that listen on it, by IPv4 and IPv6', () => {
  const fake = system()
  for (const [pid, inode] of [
    [10, 71],
    [11, 72],
    [12, 73],
    [13, 74],
  ] as const) {
    fake.process(pid)
    fake.link(`/proc/${pid}/fd/0`, '/dev/null')
    fake.link(`/proc/${pid}/fd/5`, `socket:[${inode}]`)
  }
  expect(findListeners(fake.files, 3000)).toEqual([10, 13])
  expect(findListeners(fake.files, 3002)).toEqual([])
})

test('of a cluster, it leads to the one that started the others', () => {
  const fake = system()
  fake.process(1, { parent: 0 })
  fake.process(10, { parent: 1 })
  fake.process(11, { parent: 10 })
  fake.process(12, { parent: 11 })
  for (const pid of [1, 10, 12]) fake.link(`/proc/${pid}/fd/3`, 'socket:[71]')
  expect(findListeners(fake.files, 3000)).toEqual([10])
})

test('without the tables of connections, nobody is found', () => {
  const fake = new FakeSystem()
  fake.process(10)
  expect(findListeners(fake.files, 3000)).toEqual([])
})

test('the service may be the first process of a container', () => {
  const fake = system()
  fake.process(1, { parent: 0 })
  fake.link('/proc/1/fd/3', 'socket:[71]')
  expect(findListeners(fake.files, 3000)).toEqual([1])
})
