import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { Random } from '../../../src/base/rng.js'
import { readCsvRow, scanCsv } from '../../../src/scenario/data/csv.js'

/** The rows as perfctl reads them, or the first problem. */
function rows(text: string, delimiter = ',', columns: number | null = null) {
  const bytes = Buffer.from(text)
  const { spans, problems } = scanCsv(bytes, delimiter, columns)
  if (problems.length > 0) return { problem: `${problems[0]!.line}: ${problems[0]!.message}` }
  return Array.from({ length: spans.length / 2 }, (_, i) =>
    readCsvRow(bytes.toString('utf8', spans[2 * i], spans[2 * i + 1]), delimiter),
  )
}

/** The rows as csv-parse reads them. */
function expected(text: string, delimiter = ',') {
  return parse(text, { delimiter, bom: true, skip_empty_lines: true, record_delimiter: ['\r\n', '\n'] })
}

describe('a text is read as csv-parse reads it', () => {
  test.each([
    ['plain', 'a,b\n1,2\n3,4\n', ','],
    ['no line end at the end', 'a,b\n1,2', ','],
    ['CRLF', 'a,b\r\n1,2\r\n', ','],
    ['both line ends', 'a,b\r\n1,2\n3,4\r\n', ','],
    ['a byte order mark', '\ufeffa,b\n1,2\n', ','],
    ['empty fields', 'a,b\n,\n1,\n,2\n', ','],
    ['empty lines', '\n\na,b\n\n1,2\r\n\r\n', ','],
    ['quotes', '"a","b"\n"1","2"\n', ','],
    ['doubled quotes', 'a,b\n"say ""hi""",""""\n"",""\n', ','],
    ['line ends in quotes', 'a,b\n"1\n2\r\n3",4\n', ','],
    ['the delimiter in quotes', 'a,b\n"1,2",3\n', ','],
    ['spaces are kept', 'a,b\n 1 , 2 \n', ','],
    ['semicolons', 'a;b\n"1;2";3,4\n', ';'],
    ['tabs', 'a\tb\n1\t2\n', '\t'],
    ['other scripts', 'a,b\nJosé,東京\n"😀",ß\n', ','],
    ['one column', 'a\n1\n"2"\n', ','],
  ])('%s', (_name, text, delimiter) => {
    expect(rows(text, delimiter)).toEqual(expected(text, delimiter))
  })

  test('for random texts', () => {
    const random = new Random(7)
    const pieces = ['a', 'é', ' ', '1', ',', '""', '\n', '\r\n', ';', '"x"', '"']
    let right = 0
    for (let n = 0; n < 5000; n++) {
      random.seek(n)
      const text = Array.from({ length: 12 }, () => pieces[random.integer(0, pieces.length - 1)]).join('')
      let wanted: unknown
      try {
        wanted = expected(text)
      } catch {
        wanted = 'refused'
      }
      const seen = rows(text)
      if (wanted === 'refused') expect('problem' in seen, JSON.stringify(text)).toBe(true)
      else {
        expect(seen, JSON.stringify(text)).toEqual(wanted)
        right++
      }
    }
    expect(right).toBeGreaterThan(50)
  })
})

describe('a broken row is reported with its line', () => {
  test.each([
    ['a,b\n1\n', '2: expected 2 fields, got 1'],
    ['a,b\n1,2\n\n1,2,3\n', '4: expected 2 fields, got 3'],
    ['a,b\n"1\n2",3\n4\n', '4: expected 2 fields, got 1'],
    ['a,b\n1,x"y\n', '2: a field contains a quote but does not begin with one'],
    ['a,b\n1,"x"y\n', '2: text follows a closing quote'],
    ['a,b\n1,2\n"3,4\n5,6\n', '3: a quote is not closed'],
  ])('%j', (text, problem) => {
    expect(rows(text)).toEqual({ problem })
  })
})
