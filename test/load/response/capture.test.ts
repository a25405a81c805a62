import { expect, test } from 'vitest'
import { Body } from '../../../src/load/response/body.js'
import { Capturer } from '../../../src/load/response/capture.js'
import { Redactor } from '../../../src/load/response/redaction.js'
import { ReceivedResponse, ResponseHead } from '../../../src/load/response/response.js'
import { requestsOf } from '../../../src/plan/series.js'
import type { Capture } from '../../../src/scenario/model/capture.js'
import { readScenario } from '../../../src/scenario/read.js'

const BODY = '{"token":"t1","items":[{"id":7},{"id":8},{"id":9}],"none":null}'
const HEADERS = [
  'X-Id',
  'abc',
  'Set-Cookie',
  'sid=first; Path=/',
  'Set-Cookie',
  'other=1',
  'Set-Cookie',
  'sid=a=b; HttpOnly',
]

/** The outcome of `capture: { x: … }`. */
function find(text: string) {
  const file = `requests: [{ name: j, steps: [{ get: /, capture: { x: ${text} } }] }]`
  const { requests, http } = readScenario(file, { file: 'a.yaml', env: {} })
  const [entry] = requests
  if (entry === undefined || !('steps' in entry)) throw new Error('not a journey')
  const request = requestsOf(entry.steps)[0]!
  const captures = request.capture as readonly Capture[]
  const answer = new ReceivedResponse(ResponseHead.of(HEADERS.map((each) => Buffer.from(each))), 'body')
  answer.add(Buffer.from(BODY))
  const [found] = new Capturer(captures, new Redactor(request, { secrets: ['s3cret'], data: {}, http })).all(
    { answer, body: new Body(answer), status: 201 },
    () => 0.99,
  )
  return found!.fault ?? found!.value
}

test.each([
  ['$.token', 't1'],
  ['"$.items[1].id"', 8],
  ['$.none', null],
  ['"$.items[*].id"', 7],
  ['{ json: "$.items[*].id", pick: last }', 9],
  ['{ json: "$.items[*].id", pick: random }', 9],
  ['{ json: "$.items[*].id", pick: all }', [7, 8, 9]],
  ['{ json: "$.items[?@.id > 7].id" }', 8],
  ['{ header: x-id }', 'abc'],
  ['{ cookie: sid }', 'a=b'],
  ['{ regex: "id.:(\\\\d)" }', '7'],
  ['{ regex: "id.:(\\\\d)", pick: last }', '9'],
  ['{ regex: t1 }', 't1'],
  ['{ body: true }', BODY],
  ['{ status: true }', 201],
  ['{ json: $.no, default: 5 }', 5],
  ['{ json: $.no, required: false }', null],
  ['$.no', 'x: $.no is missing'],
  ['"$.no[*]"', 'x: $.no[*] matches nothing'],
  ['{ header: x-no }', 'x: no header x-no'],
  ['{ cookie: no }', 'x: no cookie no'],
  ['{ regex: s3cret }', 'x: the body does not match [redacted]'],
])('%s gives %j', (text, wanted) => {
  expect(find(text)).toEqual(wanted)
})
