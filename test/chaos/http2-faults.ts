/**
 * Faults of HTTP/2 services, each with the endings that such a request may have.
 */
import { answerTo, type Ending, type Fault, forever, reset, wait } from './ask.js'
import { data, frame, goaway, ping, rst, type StreamAsk, settings } from './http2.js'

type Http2Fault = Fault<StreamAsk>

const [NO_ERROR, INTERNAL_ERROR, REFUSED_STREAM, CANCEL, ENHANCE_YOUR_CALM] = [0, 2, 7, 8, 11]

/** A valid response. */
export const GOOD_STREAM: Http2Fault = { name: 'a valid response', ends: ['ok'], answer: answerWell }

function answerWell({ stream, id }: StreamAsk): void {
  if (stream.destroyed) return
  stream.respond({ ':status': 200, 'content-length': answerTo(id).length })
  stream.end(answerTo(id))
}

/** Faults of one stream that don't affect others on the connection. */
export const STREAM_FAULTS: readonly Http2Fault[] = [
  fault('cut with NO_ERROR, short of its length', ['reset'], async (ask) => {
    await ask.head({ ':status': 200, 'content-length': 100 })
    ask.write(data(ask.streamId, 'four'), rst(ask.streamId, NO_ERROR))
  }),
  fault('cut with NO_ERROR, without a length', ['reset'], async (ask) => {
    await ask.head({ ':status': 200 })
    ask.write(data(ask.streamId, 'four'), rst(ask.streamId, NO_ERROR))
  }),
  fault('cut with CANCEL, without a length', ['reset'], async (ask) => {
    await ask.head({ ':status': 200 })
    ask.write(data(ask.streamId, 'four'), rst(ask.streamId, CANCEL))
  }),
  fault('cut with INTERNAL_ERROR', ['reset'], async (ask) => {
    await ask.head({ ':status': 200, 'content-length': 100 })
    ask.write(data(ask.streamId, 'four'), rst(ask.streamId, INTERNAL_ERROR))
  }),
  fault('cut after the head', ['reset'], async (ask) => {
    await ask.head({ ':status': 200, 'content-length': 4 })
    ask.write(rst(ask.streamId, CANCEL))
  }),
  fault('reset before the head with NO_ERROR', ['reset'], (ask) => ask.write(rst(ask.streamId, NO_ERROR))),
  fault('reset before the head with CANCEL', ['reset'], (ask) => ask.write(rst(ask.streamId, CANCEL))),
  // It may be sent again (RFC 9113, section 8.7), and is refused again.
  fault('refused', ['reset'], (ask) => ask.write(rst(ask.streamId, REFUSED_STREAM))),
  fault('complete, then reset with NO_ERROR', ['ok'], async (ask) => {
    const body = answerTo(ask.id)
    await ask.head({ ':status': 200, 'content-length': body.length })
    ask.write(data(ask.streamId, body, true), rst(ask.streamId, NO_ERROR))
  }),
  fault('complete, then reset with CANCEL', ['ok'], async (ask) => {
    const body = answerTo(ask.id)
    await ask.head({ ':status': 200, 'content-length': body.length })
    ask.write(data(ask.streamId, body, true), rst(ask.streamId, CANCEL))
  }),
  fault('shorter than its length', ['protocol'], async (ask) => {
    await ask.head({ ':status': 200, 'content-length': 100 })
    ask.write(data(ask.streamId, 'four', true))
  }),
  fault('longer than its length', ['protocol'], async (ask) => {
    await ask.head({ ':status': 200, 'content-length': 4 })
    ask.write(data(ask.streamId, 'more than four', true))
  }),
  fault('without a length', ['ok'], ({ stream, id }) => {
    stream.respond({ ':status': 200 })
    stream.end(answerTo(id))
  }),
  fault('in pieces, with empty ones between', ['ok'], async (ask) => {
    const body = answerTo(ask.id)
    await ask.head({ ':status': 200, 'content-length': body.length })
    for (const char of body) ask.write(data(ask.streamId, char), data(ask.streamId, ''))
    ask.write(data(ask.streamId, '', true))
  }),
  {
    ...fault('304 with a length', ['ok'], ({ stream }) => {
      stream.respond({ ':status': 304, 'content-length': 5312 }, { endStream: true })
    }),
    hasBody: false,
  },
  fault('interim responses', ['ok'], (ask) => {
    for (let i = 0; i < 5; i++) ask.stream.additionalHeaders({ ':status': 103, link: '</a>; rel=preload' })
    answerWell(ask)
  }),
  fault('trailers', ['ok'], ({ stream, id }) => {
    stream.respond({ ':status': 200 }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-checksum': '1' }))
    stream.end(answerTo(id))
  }),
  fault('a flood of PING, then the response', ['ok'], (ask) => {
    ask.write(...Array.from({ length: 200 }, ping))
    answerWell(ask)
  }),
  // The service's session doesn't know of them, and may end the connection at their acknowledgments.
  fault('a flood of SETTINGS, then the response', ['ok', 'protocol', 'reset'], (ask) => {
    ask.write(...Array.from({ length: 200 }, settings))
    answerWell(ask)
  }),
]

/** Streams that never end. */
export const SILENT_STREAMS: readonly Http2Fault[] = [
  fault('silence', ['timeout', 'given up'], forever),
  fault('a body that stops half way', ['timeout', 'given up'], async (ask) => {
    await ask.head({ ':status': 200, 'content-length': 100 })
    ask.write(data(ask.streamId, 'four'))
  }),
  fault('a body without a length that stops', ['timeout', 'given up'], async (ask) => {
    await ask.head({ ':status': 200 })
    ask.write(data(ask.streamId, 'four'))
  }),
  fault('endless empty frames', ['timeout', 'given up'], async (ask) => {
    await ask.head({ ':status': 200 })
    while (ask.socket.writable && !ask.stream.destroyed) {
      ask.write(...Array.from({ length: 20 }, () => data(ask.streamId, '')))
      await wait(20)
    }
  }),
]

/** Violations after which nothing more can be read: a clear failure at once, and a new connection for the next request. */
export const BROKEN_CONNECTIONS: readonly Http2Fault[] = [
  fault('DATA on a stream that never was', ['protocol'], (ask) => {
    ask.write(data(ask.streamId + 1000, 'four'))
  }),
  fault('a frame larger than allowed', ['protocol'], (ask) => {
    ask.write(data(ask.streamId, Buffer.alloc(100_000)))
  }),
  fault('a head that can’t be decoded', ['protocol'], (ask) => {
    ask.write(frame(1, 4, ask.streamId, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff])))
  }),
  fault('HTTP/1.1 in the middle', ['protocol'], ({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello')
  }),
]

/** Faults that end the connection with all its streams. */
export const CONNECTION_FAULTS: readonly Http2Fault[] = [
  fault('the connection is reset before the head', ['reset'], ({ raw }) => reset(raw)),
  fault('the connection is closed before the head', ['reset'], ({ socket }) => socket.end()),
  fault('the connection is reset within the body', ['reset'], async (ask) => {
    await ask.head({ ':status': 200, 'content-length': 100 })
    ask.write(data(ask.streamId, 'four'))
    await wait(5)
    reset(ask.raw)
  }),
  fault('the connection is closed within a frame', ['reset'], async (ask) => {
    await ask.head({ ':status': 200, 'content-length': 100 })
    ask.socket.end(data(ask.streamId, 'x'.repeat(100)).subarray(0, 50))
  }),
  fault('the connection is closed after the response', ['ok'], async (ask) => {
    const body = answerTo(ask.id)
    await ask.head({ ':status': 200, 'content-length': body.length })
    ask.write(data(ask.streamId, body, true))
    ask.socket.end()
  }),
  fault('GOAWAY with an error, in the middle', ['reset'], async (ask) => {
    await ask.head({ ':status': 200, 'content-length': 100 })
    ask.write(data(ask.streamId, 'four'), goaway(ask.streamId, INTERNAL_ERROR))
    ask.socket.end()
  }),
  fault('GOAWAY that asks for calm', ['reset'], (ask) => {
    ask.write(goaway(ask.streamId, ENHANCE_YOUR_CALM))
    ask.socket.end()
  }),
  fault('a window beyond all bounds', ['protocol'], (ask) => {
    ask.write(
      frame(8, 0, ask.streamId, Buffer.from([0x7f, 0xff, 0xff, 0xff])),
      frame(8, 0, 0, Buffer.from([0x7f, 0xff, 0xff, 0xff])),
    )
  }),
]

function fault(name: string, ends: readonly Ending[], answer: (ask: StreamAsk) => unknown): Http2Fault {
  return { name, ends, answer: answer as Http2Fault['answer'] }
}
