/**
 * Faults of HTTP/1 services, each with the endings that such a request may have. There are several where the RFCs
 * leave it open.
 */
import { type Ask, answerTo, type Ending, type Fault, forever, reset, wait } from './ask.js'

type Http1Fault = Fault<Ask>

/** A valid response. */
export const GOOD: Http1Fault = {
  name: 'a valid response',
  ends: ['ok'],
  answer: (ask) => void ask.socket.write(goodAnswer(ask)),
}

/** The bytes of a valid response, optionally with more headers. */
export function goodAnswer({ id, method }: Ask, headers = ''): string {
  const body = answerTo(id)
  return `HTTP/1.1 200 OK\r\n${headers}content-length: ${body.length}\r\n\r\n${method === 'HEAD' ? '' : body}`
}

/** The name of a fault that also has its own test. */
export const CUT_BY_RESET = 'a body without a length cut by a reset'

/** The connection ends, in every way and phase. */
export const ENDS: readonly Http1Fault[] = [
  fault('reset before the head', ['reset'], ({ raw }) => reset(raw)),
  fault('closed before the head', ['reset'], ({ socket }) => socket.end()),
  fault('reset within the head', ['reset'], async ({ socket, raw }) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-le')
    await wait(5)
    reset(raw)
  }),
  fault('closed within the head', ['reset', 'protocol'], ({ socket }) =>
    socket.end('HTTP/1.1 200 OK\r\ncontent-le'),
  ),
  fault('reset within the body', ['reset'], async ({ socket, raw }) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nfour')
    await wait(5)
    reset(raw)
  }),
  fault('closed within the body', ['reset'], ({ socket }) =>
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nfour'),
  ),
  fault('closed within the chunks', ['reset'], ({ socket }) =>
    socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'),
  ),
  fault('closed within a chunk', ['reset'], ({ socket }) =>
    socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhe'),
  ),
  // libuv reports bytes and a reset in one turn of a busy loop as an orderly end; nothing above it can tell.
  bodiless(CUT_BY_RESET, ['reset', 'ok'], async ({ socket, raw }) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\nfour')
    await wait(20)
    reset(raw)
  }),
  // The next request meets a closed or closing connection, and is sent again.
  fault('reset after the response', ['ok'], async (ask) => {
    ask.socket.write(goodAnswer(ask))
    await wait(10)
    reset(ask.raw)
  }),
  fault('closed after the response without notice', ['ok'], (ask) => ask.socket.end(goodAnswer(ask))),
  fault('closed shortly after the response', ['ok'], async (ask) => {
    ask.socket.write(goodAnswer(ask))
    await wait(3)
    ask.socket.end()
  }),
  fault('closed as announced', ['ok'], (ask) => ask.socket.end(goodAnswer(ask, 'connection: close\r\n'))),
  fault('announced as closed but kept open', ['ok'], async (ask) => {
    ask.socket.write(goodAnswer(ask, 'connection: close\r\n'))
    await forever()
  }),
]

/** Bodies that don't end where their head says. */
export const LENGTHS: readonly Http1Fault[] = [
  fault('a body up to the end of the connection', ['ok'], ({ id, socket, method }) =>
    socket.end(`HTTP/1.1 200 OK\r\n\r\n${method === 'HEAD' ? '' : answerTo(id)}`),
  ),
  fault('HTTP/1.0 with a length', ['ok'], ({ id, socket, method }) =>
    socket.end(
      `HTTP/1.0 200 OK\r\ncontent-length: ${answerTo(id).length}\r\n\r\n${method === 'HEAD' ? '' : answerTo(id)}`,
    ),
  ),
  fault('HTTP/1.0 without a length', ['ok'], ({ id, socket, method }) =>
    socket.end(`HTTP/1.0 200 OK\r\n\r\n${method === 'HEAD' ? '' : answerTo(id)}`),
  ),
  written('204 with a body', ['ok', 'protocol'], 'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello'),
  written(
    '304 with a length and no body',
    ['ok'],
    'HTTP/1.1 304 Not Modified\r\ncontent-length: 5312\r\n\r\n',
  ),
  written(
    '304 with a body',
    ['ok', 'protocol'],
    'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\nhello',
  ),
  // Valid as a response to HEAD; what follows is unsolicited.
  written('a body to HEAD, too', ['ok', 'protocol'], 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello'),
  written(
    'the length twice',
    ['ok', 'protocol'],
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\nhello',
  ),
  written(
    'two different lengths',
    ['protocol'],
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!',
  ),
  written('a negative length', ['protocol'], 'HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nhello'),
  written(
    'a length that is not a number',
    ['protocol'],
    'HTTP/1.1 200 OK\r\ncontent-length: five\r\n\r\nhello',
  ),
  written(
    'a length and chunks',
    ['ok', 'protocol'],
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  ),
  bodiless('a body longer than its length', ['ok', 'protocol'], ({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello and a few more')
  }),
]

/** Invalid HTTP. */
export const GARBAGE: readonly Http1Fault[] = [
  written('another protocol', ['protocol'], 'SSH-2.0-OpenSSH_9.6\r\n'),
  bodiless('random bytes', ['protocol'], ({ id, socket }) => {
    socket.write(Buffer.from(Array.from({ length: 64 }, (_, i) => (id * 31 + i * 97) & 0xff)))
  }),
  written('an unknown version', ['protocol'], 'HTTP/9.9 200 OK\r\ncontent-length: 5\r\n\r\nhello'),
  written('no status', ['protocol'], 'HTTP/1.1 fine\r\ncontent-length: 5\r\n\r\nhello'),
  written(
    'a header with NUL',
    ['protocol'],
    'HTTP/1.1 200 OK\r\nx-a: b\0c\r\ncontent-length: 5\r\n\r\nhello',
  ),
  written(
    'a header without a colon',
    ['protocol'],
    'HTTP/1.1 200 OK\r\nnonsense\r\ncontent-length: 5\r\n\r\nhello',
  ),
  written('line feeds only', ['ok', 'protocol'], 'HTTP/1.1 200 OK\ncontent-length: 5\n\nhello'),
  written(
    'a chunk size that is not a number',
    ['protocol'],
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n',
  ),
  written(
    'a chunk size beyond all bounds',
    ['protocol'],
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n0\r\n\r\n',
  ),
  written(
    'a chunk longer than its size',
    ['protocol'],
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n',
  ),
  bodiless('a head of 1 MB', ['protocol'], ({ socket }) => {
    socket.write(`HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(1_000_000)}\r\ncontent-length: 0\r\n\r\n`)
  }),
]

const INVENTED = `HTTP/1.1 200 OK\r\ncontent-length: ${answerTo(0.5).length}\r\n\r\n${answerTo(0.5)}`

/** Unsolicited responses: whatever happens to the real request, the next one must not get them. */
export const INVENTED_ANSWERS: readonly Http1Fault[] = [
  fault('an unsolicited response in the same packet', ['ok', 'protocol'], (ask) => {
    ask.socket.write(goodAnswer(ask) + INVENTED)
  }),
  fault('two unsolicited responses in the same packet', ['ok', 'protocol'], (ask) => {
    ask.socket.write(goodAnswer(ask) + INVENTED + INVENTED)
  }),
  // Users pause longer than that.
  fault('an unsolicited response a moment later', ['ok'], async (ask) => {
    ask.socket.write(goodAnswer(ask))
    await wait(5)
    ask.socket.write(INVENTED)
  }),
  fault('the beginning of an unsolicited response', ['ok', 'protocol'], (ask) => {
    ask.socket.write(goodAnswer(ask) + INVENTED.slice(0, 20))
  }),
]

/** Interim responses, and responses in pieces. */
export const INTERIM: readonly Http1Fault[] = [
  fault('100 before the answer', ['ok', 'protocol'], (ask) => {
    ask.socket.write(`HTTP/1.1 100 Continue\r\n\r\n${goodAnswer(ask)}`)
  }),
  fault('102 and 103 before the answer', ['ok'], (ask) => {
    const hint = 'HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n'
    ask.socket.write(`HTTP/1.1 102 Processing\r\n\r\n${hint.repeat(20)}${goodAnswer(ask)}`)
  }),
  fault('103 a moment before the answer', ['ok'], async (ask) => {
    ask.socket.write('HTTP/1.1 103 Early Hints\r\n\r\n')
    await wait(5)
    ask.socket.write(goodAnswer(ask))
  }),
  fault('a response in pieces', ['ok'], async (ask) => {
    for (const piece of goodAnswer(ask).match(/.{1,7}/gs)!) {
      ask.socket.write(piece)
      await wait(1)
    }
  }),
  fault('101 that nobody asked for', ['protocol'], ({ socket }) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
  }),
  fault('endless interim responses', ['given up', 'timeout', 'protocol'], async ({ socket }) => {
    while (socket.writable) {
      socket.write('HTTP/1.1 103 Early Hints\r\n\r\n')
      await wait(10)
    }
  }),
]

/** Slow and endless responses. */
export const SLOW: readonly Http1Fault[] = [
  fault('silence', TIMED_OUT(), forever),
  fault('a head that stops half way', TIMED_OUT(), ({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-le')
    return forever()
  }),
  fault('a body that stops half way', TIMED_OUT(), ({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nfour')
    return forever()
  }),
  fault('a body without a length that stops', TIMED_OUT(), ({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\nfour')
    return forever()
  }),
  fault('HTTP/1.0 that stops', TIMED_OUT(), ({ socket }) => {
    socket.write('HTTP/1.0 200 OK\r\n\r\nfour')
    return forever()
  }),
  fault('an event stream', TIMED_OUT(), async ({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n')
    while (socket.writable) {
      socket.write('data: tick\n\n')
      await wait(20)
    }
  }),
  fault('an endless body', TIMED_OUT(), async ({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
    const chunk = Buffer.concat([Buffer.from('1000\r\n'), Buffer.alloc(0x1000), Buffer.from('\r\n')])
    while (socket.writable) {
      socket.write(chunk)
      await wait(10)
    }
  }),
]

/** A response to HEAD ends with its head, so there is no body to wait for. */
function TIMED_OUT(): readonly Ending[] {
  return ['timeout', 'given up']
}

function fault(name: string, ends: readonly Ending[], answer: (ask: Ask) => unknown): Http1Fault {
  return { name, ends, answer: answer as Http1Fault['answer'] }
}

/** A fault whose successful endings have another body. */
function bodiless(name: string, ends: readonly Ending[], answer: (ask: Ask) => unknown): Http1Fault {
  return { ...fault(name, ends, answer), hasBody: false }
}

function written(name: string, ends: readonly Ending[], bytes: string): Http1Fault {
  return bodiless(name, ends, ({ socket }) => void socket.write(bytes, 'latin1'))
}
