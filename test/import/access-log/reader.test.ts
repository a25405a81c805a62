import { describe, expect, test } from 'vitest'
import { readLine } from '../../../src/import/access-log/line.js'
import { LogReader } from '../../../src/import/access-log/reader.js'

const TIME = Date.UTC(2026, 9, 10, 11, 55, 36)
const ENTRY = { method: 'GET', path: '/a?b=c', status: 200, timeMs: TIME, host: null as string | null }

test.each<[string, string, string]>([
  [
    'HAProxy with captured headers',
    '<134>Oct 10 11:55:36 haproxy[14389]: 1.2.3.4:33317 [10/Oct/2026:11:55:36.655] in~ be/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {shop.example|Mozilla/5.0 (X11; "x") [en]|10.0.0.1} {nginx|} "GET /a?b=c HTTP/1.1"',
    'shop.example',
  ],
  [
    'HAProxy with TLS fields after the request',
    'Oct 10 11:55:36 lb haproxy[1]: 1.2.3.4:33317 [10/Oct/2026:11:55:36.655] in~ be/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1.2.3.4|shop.example:8080} "GET /a?b=c HTTP/1.1" 0/0000000000000000/0/0/0 shop.example/TLSv1.3/TLS_AES_256_GCM_SHA384',
    'shop.example:8080',
  ],
  [
    'Squid',
    '1791633336.000    665 192.168.0.227 TCP_MISS/200 9876 GET http://shop.example/a?b=c - HIER_DIRECT/1.2.3.4 text/html',
    'shop.example',
  ],
  [
    'Google',
    '{"httpRequest":{"requestMethod":"GET","requestUrl":"https://shop.example/a?b=c","status":200},"timestamp":"2026-10-10T11:55:36Z"},',
    'shop.example',
  ],
  [
    'an Azure application gateway',
    '[{"timeStamp":"2026-10-10T11:55:36+00:00","properties":{"httpMethod":"GET","requestUri":"/a","requestQuery":"b=c","httpStatus":200,"host":"shop.example"}}]',
    'shop.example',
  ],
  [
    'Cloudflare',
    '{"ClientRequestMethod":"GET","ClientRequestURI":"/a?b=c","ClientRequestHost":"shop.example","EdgeResponseStatus":200,"EdgeStartTimestamp":1791633336000000000}',
    'shop.example',
  ],
])('a line of %s is read', (_, text, host) => {
  expect(readLine(text)).toMatchObject({ ...ENTRY, host, timeMs: expect.any(Number) })
  expect(Math.floor((readLine(text) as { timeMs: number }).timeMs / 1000)).toBe(TIME / 1000)
})

describe('a header names the fields of', () => {
  test.each<[string, readonly string[], string | null]>([
    [
      'IIS',
      [
        '#Software: Microsoft Internet Information Services 10.0',
        '#Version: 1.0',
        '#Date: 2026-10-10 00:00:00',
        '#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken',
        '2026-10-10 11:55:36 10.0.0.4 GET /a b=c 443 - 203.0.113.7 Mozilla/5.0+(X11) - 200 0 0 15',
      ],
      null,
    ],
    [
      'IIS with the date in the header and changing fields',
      [
        '#Fields: cs-method sc-status',
        '#Date: 2026-10-10 09:00:00',
        '#Fields: time sc-status cs-host cs-uri-query cs-uri-stem cs-method',
        '11:55:36 200 shop.example:8080 b=c /a GET',
      ],
      'shop.example:8080',
    ],
    [
      'CloudFront',
      [
        '#Version: 1.0',
        '#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query x-host-header time-taken',
        '2026-10-10\t11:55:36\tFRA2\t392\t192.0.2.1\tGET\td111.cloudfront.net\t/a\t200\t-\tM%20x\tb=c\tshop.example\t0.001',
      ],
      'shop.example',
    ],
    [
      'Zeek',
      [
        '#separator \\x09',
        '#fields\tts\tuid\tmethod\thost\turi\tstatus_code',
        '1791633336.000\tCx\tGET\tshop.example\t/a?b=c\t200',
      ],
      'shop.example',
    ],
    [
      'CSV from Google',
      [
        'insertId,timestamp,httpRequest.requestMethod,httpRequest.requestUrl,httpRequest.status,httpRequest.userAgent',
        'x1,2026-10-10T11:55:36Z,GET,https://shop.example/a?b=c,200,"Mozilla, ""x"""',
      ],
      'shop.example',
    ],
    [
      'CSV from Azure',
      [
        '\ufeffTimeGenerated [UTC],CsMethod,CsUriStem,CsUriQuery,ScStatus,CsHost',
        '"10/10/2026, 11:55:36.000 AM",GET,/a,b=c,200,shop.example',
      ],
      'shop.example',
    ],
    [
      'CSV of a load balancer from Athena',
      [
        '"type","time","elb_status_code","request_verb","request_url"',
        '"https","2026-10-10T11:55:36.000000Z","200","GET","https://shop.example:443/a?b=c"',
      ],
      'shop.example:443',
    ],
    [
      'CSV with semicolons',
      ['Date;Time;Request;Status', '2026-10-10;11:55:36;GET /a?b=c HTTP/1.1;200'],
      null,
    ],
    [
      'server log lines in CSV',
      [
        '@timestamp,@message',
        '2026-10-10 11:55:36.000,"1.2.3.4 - - [10/Oct/2026:11:55:36 +0000] ""GET /a?b=c HTTP/1.1"" 200 5"',
      ],
      null,
    ],
  ])('%s', (_, lines, host) => {
    const reader = new LogReader()
    const read = lines.map((line) => reader.read(line))
    expect(read.slice(0, -1).every((one) => one === 'header')).toBe(true)
    expect(read.at(-1)).toEqual({ ...ENTRY, host })
  })

  test('nothing if a line has other fields', () => {
    const reader = new LogReader()
    reader.read('#Fields: date time cs-method cs-uri-stem sc-status')
    expect(reader.read('2026-10-10 11:55:36 GET')).toBe(null)
    expect(reader.read('2026-10-10 11:55:36 - - -')).toBe(null)
    expect(reader.read('1.2.3.4 - - [10/Oct/2026:11:55:36 +0000] "GET /a?b=c HTTP/1.1" 200 5')).toEqual(ENTRY)
  })

  test.each(['error, message: it failed', 'status', 'a|b|c status'])(
    'nothing: %s is not a header',
    (line) => {
      expect(new LogReader().read(line)).toBe(null)
    },
  )
})
