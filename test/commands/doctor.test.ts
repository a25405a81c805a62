import { expect, test } from 'vitest'
import { doctor, render } from '../../src/commands/doctor.js'
import type { Check } from '../../src/commands/machine-checks.js'
import { createStyle } from '../../src/report/style.js'
import { createMemoryIo } from './memory-io.js'

const CHECKS: readonly Check[] = [
  { state: 'good', name: 'cores', value: '2', meaning: 'two', fix: null },
  {
    state: 'doubtful',
    name: 'open files',
    value: '1,024',
    meaning: 'about 960 users at most',
    fix: 'ulimit -n 65536',
  },
  { state: 'bad', name: 'Node.js', value: 'v18.0.0', meaning: 'too old', fix: 'a newer one' },
]

test('the machine this runs on is fit', async () => {
  const io = createMemoryIo()
  expect(await doctor({}, io)).toBe(0)
  expect(io.written.stdout).toMatch(/^✓ Node\.js {2,}v\d+\.\d+\.\d+ +supported\n/)
  expect(io.written.stdout).toMatch(/^[✓!] cores +\d/m)
  for (const line of io.written.stdout.trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})

test('marks, names, values and meanings are in columns, with fixes below', () => {
  expect(render(CHECKS, page({ width: 80 }))).toBe(`✓ cores       2        two
! open files  1,024    about 960 users at most
  fix: ulimit -n 65536
✗ Node.js     v18.0.0  too old
  fix: a newer one
`)
})

test('a narrow terminal wraps the meanings', () => {
  expect(render(CHECKS.slice(1, 2), page({ width: 40 }))).toBe(`! open files  1,024  about 960 users at
                     most
  fix: ulimit -n 65536
`)
})

test('an ASCII terminal gets ASCII characters', () => {
  const text = render(CHECKS, page({ width: 80, ascii: true }))
  expect(text).toMatch(/^ok cores/)
  expect(text).toMatch(/\nx {2}Node/)
})

test('colors change nothing else', () => {
  const plain = render(CHECKS, page({ width: 80 }))
  const colored = render(CHECKS, page({ width: 80, style: createStyle(true) }))
  expect(colored).toContain('\x1b[32m✓\x1b[39m cores')
  expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(plain)
})

function page(options: { width: number; ascii?: boolean; style?: ReturnType<typeof createStyle> }) {
  return { style: createStyle(false), ascii: false, ...options }
}
