import { expect, test } from 'vitest'
import { isCmd, readCmd } from '../../../src/scenario/import/cmd.js'
import { spelled } from '../../../src/scenario/import/marks.js'
import { readShell } from '../../../src/scenario/import/shell.js'

function read(text: string) {
  const told: string[] = []
  const commands = readShell(text, {
    onVariable: (name) => told.push(name),
    onSubstitution: (one) => told.push(one),
  })
  return { commands: commands.map(spelled), told }
}

test.each([
  ['curl http://a', [['curl', 'http://a']]],
  ["curl 'a b' c'd'e", [['curl', 'a b', 'cde']]],
  ['curl "a \\"b\\" \\\\ \\n $"', [['curl', 'a "b" \\ \\n $']]],
  ["curl 'it'\\''s'", [['curl', "it's"]]],
  ['curl \'\' ""', [['curl', '', '']]],
  ['curl \\\n  a \\\r\n  b', [['curl', 'a', 'b']]],
  ['curl "a\\\nb"', [['curl', 'ab']]],
  [
    'curl a;curl b && curl c\ncurl d | jq . &',
    [
      ['curl', 'a'],
      ['curl', 'b'],
      ['curl', 'c'],
      ['curl', 'd'],
      ['jq', '.'],
    ],
  ],
  [
    '# a comment\ncurl a # another\ncurl b#no',
    [
      ['curl', 'a'],
      ['curl', 'b#no'],
    ],
  ],
  ['curl a > out.txt 2>/dev/null <in', [['curl', 'a']]],
  ['curl a 2>&1 b', [['curl', 'a', 'b']]],
  ["curl $'a\\'b\\n\\t\\u0021\\x41\\101\\\\'", [['curl', "a'b\n\t!AA\\"]]],
  ["curl $'\\ud83d\\ude00 \\U0001F600 caf\\u00e9'", [['curl', '\ud83d\ude00 \ud83d\ude00 caf\u00e9']]],
  ["curl 'never closed", [['curl', 'never closed']]],
  ['', []],
])('a shell splits %j as bash does', (text, words) => {
  expect(read(text).commands).toEqual(words)
})

test('variables of the shell become variables of the scenario', () => {
  const { commands, told } = read(
    'curl "$API/x" -H "Bearer ${TOKEN}" ${PORT:-80} \'$NOT\' \\$NOT "$(cat key)" `date`',
  )
  expect(commands).toEqual([
    ['curl', '${API}/x', '-H', 'Bearer ${TOKEN}', '${PORT:-80}', '$NOT', '$NOT', '${VALUE}', '${VALUE}'],
  ])
  expect(told).toEqual(['API', 'TOKEN', '$(cat key)', '`date`'])
})

test.each([
  // As Chrome quotes for cmd: carets before all that cmd might take for its own.
  ['curl ^"http://a/?x=1^&y=^%^25^" ^\r\n  -H ^"a: b^"', [['curl', 'http://a/?x=1&y=%25', '-H', 'a: b']]],
  ['curl --data-raw ^"^{^\\^"a^\\^":^\\^"b^^c^\\^"^}^"', [['curl', '--data-raw', '{"a":"b^c"}']]],
  ['curl ^"two^\n\nlines^"', [['curl', 'two\nlines']]],
  [
    'curl ^"a^" &\r\ncurl ^"b^"',
    [
      ['curl', 'a'],
      ['curl', 'b'],
    ],
  ],
  // Older browsers: quotes, doubled or behind a backslash.
  ['curl "a ""b"" c" ^\r\n -d "{\\"x\\":1}"', [['curl', 'a "b" c', '-d', '{"x":1}']]],
  ['curl "C:\\dir\\\\" \\\\host\\x "" ^\n', [['curl', 'C:\\dir\\', '\\\\host\\x', '']]],
  ['curl "a&b^c" ^\n', [['curl', 'a&b^c']]],
])('cmd.exe splits %j', (text, words) => {
  expect(readCmd(text)).toEqual(words)
})

test.each([
  ["curl 'a' \\\n -H 'b: ^c'", false],
  ['curl "a" ^\r\n -H "b"', true],
  ['curl ^"a^"', true],
])('%j is for cmd: %j', (text, expected) => {
  expect(isCmd(text)).toBe(expected)
})
