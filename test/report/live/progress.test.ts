import { describe, expect, test } from 'vitest'
import { createProgress, type ProgressOptions } from '../../../src/report/live/progress.js'
import type { Frame } from '../../../src/stats/frame.js'

const FRAME: Frame = {
  phase: 'load',
  elapsedMs: 1000,
  totalMs: 60_000,
  stage: 1,
  stages: 1,
  vus: 5,
  requestsPerSecond: 100,
  failedPerSecond: 0,
  p50Ms: 2,
  p95Ms: 5,
  p99Ms: 20,
  requests: 100,
  failed: 0,
  busy: 0,
  dropped: 0,
  latenessMsP99: null,
  series: [],
}

describe('on a terminal', () => {
  test('frames replace one another', () => {
    const screen = start({ columns: 60 })
    screen.at(1)
    screen.at(2)
    expect(screen.rows()).toEqual([
      expect.stringMatching(/^load {2}━+─+ {2}0:02 \/ 1:00$/),
      '5 virtual users   100 requests/s   0 errors   p95 5.00ms',
    ])
  })

  test('each frame is one write', () => {
    const screen = start({ columns: 60 })
    screen.at(1)
    screen.at(2)
    expect(screen.writes).toHaveLength(2)
  })

  test('the cursor is hidden once and shown at the end', () => {
    const screen = start({ columns: 60 })
    screen.at(1)
    screen.at(2)
    expect(screen.isCursorShown()).toBe(false)
    screen.progress.close()
    expect(screen.isCursorShown()).toBe(true)
    expect(screen.rows()).toEqual([])
    expect(screen.writes.join('').split('\x1b[?25l')).toHaveLength(2)
  })

  test('earlier output stays, and later output takes the place of the progress', () => {
    const screen = start({ columns: 60 })
    screen.out.write('$ perfctl run\n')
    screen.at(1)
    screen.progress.close()
    screen.out.write('summary\n')
    expect(screen.rows()).toEqual(['$ perfctl run', 'summary'])
  })

  test('notes stay above the progress, wrapped between words', () => {
    const screen = start({ columns: 60 })
    screen.progress.note('starting')
    screen.at(1)
    screen.progress.note('this note is much longer than anything that was drawn before\nand has two lines')
    screen.at(2)
    screen.progress.close()
    screen.progress.note('done')
    expect(screen.rows()).toEqual([
      'starting',
      'this note is much longer than anything that was drawn',
      '  before',
      'and has two lines',
      'done',
    ])
  })

  test('a second close and a late frame do nothing', () => {
    const screen = start({ columns: 60 })
    screen.at(1)
    screen.progress.close()
    const writes = screen.writes.length
    screen.progress.close()
    screen.at(2)
    expect(screen.writes).toHaveLength(writes)
  })

  test('nothing is written without a frame', () => {
    const screen = start({ columns: 60 })
    screen.progress.close()
    expect(screen.writes).toEqual([])
  })

  test('a window made narrower leaves no leftovers', () => {
    const screen = start({ columns: 100 })
    screen.out.write('before\n')
    screen.at(1)
    screen.resize(45)
    screen.at(2)
    expect(screen.rows()).toEqual([
      'before',
      expect.stringMatching(/^load {2}━+─+ {2}0:02 \/ 1:00$/),
      '5 VUs  100/s  0 errors  p95 5.00ms',
    ])
  })
})

describe('on a large terminal', () => {
  test('the view shows more, and is redrawn in place', () => {
    const screen = start({ columns: 60, rows: 24 })
    for (let second = 1; second <= 5; second++) screen.at(second)
    expect(screen.rows()).toEqual([
      expect.stringMatching(/^load {2}━+─+ {2}0:05 \/ 1:00$/),
      '5 virtual users   100 requests/s   0 errors   p95 5.00ms',
      '',
      'rate    up to 100/s    █████',
      'p95     up to 5.00ms   █████',
      'errors  none           ▁▁▁▁▁',
      '',
      'generator 0% busy   none dropped',
    ])
  })

  test('it never exceeds a window that became lower', () => {
    const screen = start({ columns: 60, rows: 24 })
    screen.at(1)
    screen.out.rows = 5
    screen.at(2)
    expect(screen.rows()).toHaveLength(4)
  })
})

describe('in a log', () => {
  test.each([
    ['a pipe', { isTerminal: false }, {}],
    ['CI', { isTerminal: true }, { interactive: false }],
  ])('of %s there is a plain line every ten seconds', (_, out, options) => {
    const screen = start({ columns: 80, ...out }, { colors: true, ...options })
    for (const second of [0, 1, 9, 10, 11, 19, 25, 26, 30]) screen.at(second)
    screen.progress.note('a note')
    screen.progress.close()
    expect(screen.writes).toEqual([
      '0:10 / 1:00  load, 5 virtual users, 100 requests/s, 0 errors, p95 5.00ms\n',
      '0:25 / 1:00  load, 5 virtual users, 100 requests/s, 0 errors, p95 5.00ms\n',
      '0:30 / 1:00  load, 5 virtual users, 100 requests/s, 0 errors, p95 5.00ms\n',
      'a note\n',
    ])
  })
})

test('quiet is silent', () => {
  for (const isTerminal of [true, false]) {
    const screen = start({ columns: 80, isTerminal }, { quiet: true })
    screen.at(10)
    screen.progress.note('a note')
    screen.progress.close()
    expect(screen.writes).toEqual([])
  }
})

/** A progress display on a simulated terminal: a grid of rows, a cursor, and the sequences that progress uses. */
function start(
  { columns, rows = 3, isTerminal = true }: { columns: number; rows?: number; isTerminal?: boolean },
  options: Partial<ProgressOptions> = {},
) {
  const writes: string[] = []
  let grid: string[] = ['']
  let row = 0
  let column = 0
  let isCursorShown = true
  const out = {
    isTerminal,
    columns,
    rows,
    write(text: string) {
      writes.push(text)
      for (const [part] of text.matchAll(/\x1b\[\??\d*[A-Za-z]|[\s\S]/g)) put(part)
    },
  }

  function put(part: string): void {
    if (part === '\r') column = 0
    else if (part === '\n') {
      row++
      column = 0
      grid[row] ??= ''
    } else if (part === '\x1b[K') grid[row] = grid[row]!.slice(0, column)
    else if (part === '\x1b[J') grid = [...grid.slice(0, row), grid[row]!.slice(0, column)]
    else if (part === '\x1b[?25l') isCursorShown = false
    else if (part === '\x1b[?25h') isCursorShown = true
    else if (part === '\x1b[?2026h' || part === '\x1b[?2026l') return
    else if (part.endsWith('A')) row -= Number(part.slice(2, -1))
    else {
      if (column === out.columns) put('\n')
      const line = grid[row]!.padEnd(column)
      grid[row] = line.slice(0, column) + part + line.slice(column + 1)
      column++
    }
  }

  /** Re-wraps the rows as terminals do; the cursor stays after the last character. */
  function resize(width: number): void {
    grid = grid.flatMap((line) => line.match(new RegExp(`.{1,${width}}`, 'g')) ?? [''])
    out.columns = width
    row = grid.length - 1
    column = grid[row]!.length
  }

  const progress = createProgress(out, { quiet: false, interactive: true, colors: false, ...options })
  return {
    out,
    writes,
    progress,
    resize,
    at: (second: number) => progress.frame({ ...FRAME, elapsedMs: second * 1000 }),
    rows: () => (grid.at(-1) === '' ? grid.slice(0, -1) : grid),
    isCursorShown: () => isCursorShown,
  }
}
