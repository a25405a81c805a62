import { expect, test } from 'vitest'
import { render } from '../../src/commands/doctor.js'
import type { Check } from '../../src/commands/machine-checks.js'
import { checkSpeed } from '../../src/commands/machine-speed.js'
import { createStyle } from '../../src/report/style.js'

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

test('the speed is that of a core; a plan leaves room', () => {
  expect(checkSpeed(31_234.5, 8)).toMatchObject({
    state: 'good',
    value: '31,000/s',
    meaning: expect.stringContaining('plan with 170,000/s for this machine'),
  })
  expect(checkSpeed(999, 0.5)).toMatchObject({ value: '1,000/s', meaning: expect.stringContaining('350/s') })
  expect(checkSpeed(null, 8)).toBeNull()
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
