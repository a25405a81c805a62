import { expect, test } from 'vitest'
import { FrameReader } from '../../../../src/load/http/http2/frame-reader.js'
import { data, END_STREAM, frame, head, PADDED, PING, settings } from './raw-service.js'

const FRAMES = [
  settings([3, 100]),
  settings(),
  head(1, 200, { a: 'b' }),
  data(1, 'some bytes'),
  data(3, ''),
  data(1, 'more', END_STREAM),
  frame(PING, 0, 0, 'eight...'),
  frame(0, PADDED, 5, '\u0002body..'),
  frame(0xee, 7, 9, 'unknown'),
  frame(0, END_STREAM, 2 ** 31 - 1, 'x'),
]

/** Reads pieces one after the other. The pieces of a DATA frame are joined. */
function read(pieces: readonly Buffer[]): string[] {
  const seen: string[] = []
  let body = ''
  const reader = new FrameReader({
    onFrame: ({ type, flags, stream, bytes }, from, start, end) => {
      seen.push(`${type} ${flags} ${stream} ${bytes} ${from.toString('latin1', start, end)}`)
    },
    onDataHead: ({ flags, stream, bytes }) => {
      seen.push(`head ${flags} ${stream} ${bytes}`)
    },
    onData: ({ stream }, from, start, end, isLast) => {
      body += from.toString('latin1', start, end)
      if (!isLast) return
      seen.push(`data ${stream} ${body}`)
      body = ''
    },
  })
  for (const piece of pieces) {
    // The memory is used for other bytes after the call.
    const shared = Buffer.from(piece)
    reader.read(shared)
    shared.fill(0xff)
  }
  expect(reader.pendingBytes).toBe(0)
  return seen
}

const WHOLE = Buffer.concat(FRAMES)

test('frames are read one after the other', () => {
  expect(read([WHOLE])).toEqual([
    '4 0 0 6 \0\u0003\0\0\0d',
    '4 0 0 0 ',
    expect.stringMatching(/^1 4 1 \d+ /),
    'head 0 1 10',
    'data 1 some bytes',
    'head 0 3 0',
    'data 3 ',
    'head 1 1 4',
    'data 1 more',
    '6 0 0 8 eight...',
    '0 8 5 7 \u0002body..',
    '238 7 9 7 unknown',
    `head 1 ${2 ** 31 - 1} 1`,
    `data ${2 ** 31 - 1} x`,
  ])
})

test('wherever the bytes are cut, the frames are the same', () => {
  const expected = read([WHOLE])
  for (let first = 0; first <= WHOLE.length; first++) {
    for (let second = first; second <= WHOLE.length; second++) {
      const pieces = [WHOLE.subarray(0, first), WHOLE.subarray(first, second), WHOLE.subarray(second)]
      expect(read(pieces)).toEqual(expected)
    }
  }
  expect(read([...WHOLE].map((byte) => Buffer.of(byte)))).toEqual(expected)
})

test('nothing is read after a stop', () => {
  let frames = 0
  const reader: FrameReader = new FrameReader({
    onFrame: () => {
      if (++frames === 2) reader.stop()
    },
    onDataHead: () => expect.unreachable(),
    onData: () => expect.unreachable(),
  })
  reader.read(WHOLE)
  reader.read(WHOLE)
  expect(frames).toBe(2)
  expect(reader.pendingBytes).toBe(0)
})
