import { expect, test } from 'vitest'
import type { Command } from '../../../src/import/command.js'
import { isCmd, readCmd } from '../../../src/import/curl/cmd.js'
import { readShell } from '../../../src/import/curl/shell.js'
import { renderPlaceholders } from '../../../src/import/placeholders.js'

function inputOf({ stdin }: Command) {
  if (stdin === null) return null
  if (stdin.kind === 'unknown') return '?'
  return stdin.kind === 'file' ? { file: stdin.path } : renderPlaceholders(stdin.text)
}

function read(text: string) {
  const reported: string[] = []
  const commands = readShell(text, {
    onVariable: (name) => reported.push(name),
    onSubstitution: (one) => reported.push(one),
  })
  return {
    commands: commands.map(({ words }) => renderPlaceholders(words)),
    inputs: commands.map(inputOf),
    reported,
  }
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
])('%j is split as in bash', (text, words) => {
  expect(read(text).commands).toEqual(words)
})

test('shell variables become variables of the scenario', () => {
  const { commands, reported } = read(
    'curl "$API/x" -H "Bearer ${TOKEN}" ${PORT:-80} \'$NOT\' \\$NOT "$(cat key)" `date`',
  )
  expect(commands).toEqual([
    ['curl', '${API}/x', '-H', 'Bearer ${TOKEN}', '${PORT:-80}', '$NOT', '$NOT', '${KEY}', '${VALUE}'],
  ])
  expect(reported).toEqual(['API', 'TOKEN', '$(cat key)', '`date`'])
})

test.each([
  ['curl -d @- http://a <<EOF\n{"a": "$X"}\nEOF\ncurl b', ['{"a": "${X}"}\n', null]],
  ['curl -d @- http://a <<\'EOF\'\n{"a": "$X"}\nEOF\n', ['{"a": "$X"}\n']],
  ['curl <<-"E O F" a\n\t\tx\n\tE O F\n', ['x\n']],
  ['curl <<\\EOF a\r\n`x`\r\nEOF\r\n', ['`x`\n']],
  ['  curl a <<EOF\n  x\n  EOF\n  curl b', ['  x\n', null]],
  ['curl a <<EOF\nnever ended', ['never ended']],
  ['curl a <<A; curl b <<B\n1\nA\n2\nB\n', ['1\n', '2\n']],
  ['cat <<EOF | curl -d @- a\nx|y\nEOF', ['x|y\n', 'x|y\n']],
  ['curl a <<< text', ['text\n']],
  ['curl a <<<"two words" 2>/dev/null', ['two words\n']],
  ['curl a < "my file.json" > "out file"', [{ file: 'my file.json' }]],
  ['curl a 0<in 3<other', [{ file: 'in' }]],
  ['curl a </dev/null', ['']],
  ['curl a <&3', [null]],
  ['curl a < <(echo -n x)', ['x']],
  ['cat x.json | curl a', [null, { file: 'x.json' }]],
  ['cat < x.json | tee log | curl a', [{ file: 'x.json' }, { file: 'x.json' }, { file: 'x.json' }]],
  ['cat a b | curl c', [null, '?']],
  ['echo \'{"a":1}\' | curl a', [null, '{"a":1}\n']],
  ['echo -ne "a\\tb" |& curl a', [null, 'a\tb']],
  ["echo '[1]' |\n  jq -c . |\n  curl a", [null, '[1]\n', '[1]\n']],
  ["printf '%s=%s&' a 1 b 2 | curl a", [null, 'a=1&b=2&']],
  ["printf '%5.2f' 1 | curl a", [null, '?']],
  ['date | curl a', [null, '?']],
  ['(echo a; echo b) | curl a', [null, null, '?']],
  ['{ echo a; } | curl a', [null, null, '?']],
  ['echo a || curl b', [null, null]],
  ['echo a |\n', [null]],
  ['@\'\n{"a": 1}\n\'@ | curl.exe a', [null, '{"a": 1}']],
  ['\'{"a": 1}\' | curl.exe a', [null, '{"a": 1}']],
])('the standard input of %j', (text, expected) => {
  expect(read(text).inputs).toEqual(expected)
})

test.each([
  ['curl -d "$(cat <<\'EOF\'\n{"a": ")"}\nEOF\n)" b', ['curl', '-d', '{"a": ")"}', 'b']],
  ['curl -d "$(echo "a $(printf b)")" c', ['curl', '-d', 'a b', 'c']],
  ['curl -d `echo x` c', ['curl', '-d', 'x', 'c']],
  ['curl $((1+2)) c', ['curl', '${VALUE}', 'c']],
  ['curl -d "$(< a/b.json)" "$(cat c/b.json)"', ['curl', '-d', '${B_JSON}', '${B_JSON_2}']],
  ['DATA=\'x y\'; export Q=1\ncurl -d "$DATA" $Q', ['curl', '-d', 'x y', '1']],
  ['curl "$(never closed', ['curl', '${VALUE}']],
  ['curl "cost $(', ['curl', 'cost ${VALUE}']],
])('the substitution in %j', (text, words) => {
  expect(read(text).commands.at(-1)).toEqual(words)
})

test('an assigned secret stays a variable', () => {
  expect(read('TOKEN=abc\ncurl $TOKEN').commands).toEqual([['TOKEN=abc'], ['curl', '${TOKEN}']])
})

test.each([
  '$('.repeat(50_000),
  '"$('.repeat(50_000),
  '<('.repeat(50_000),
  '`'.repeat(50_001),
  '<<A '.repeat(20_000),
  `A=xx\n${'A=$A$A\n'.repeat(100)}curl $A`,
  `A=${'x'.repeat(1000)}\n${'echo $A$A$A$A\n'.repeat(5000)}`,
  `${'cat <<A\n$('.repeat(2000)}`,
])('%.20j repeated many times is read quickly', (text) => {
  const start = performance.now()
  read(text)
  expect(performance.now() - start).toBeLessThan(5000)
})

test.each([
  ['type b.json | curl -d @- ^"http://a/^"', [null, { file: 'b.json' }]],
  ['echo {"a":1} | curl -d @- ^"http://a/^" 2>nul', [null, '{"a":1}\n']],
  ['curl -d @- ^"http://a/^" < "b c.json" > out.txt', [{ file: 'b c.json' }]],
  ['curl -d ^"a^|b^<c^" ^"http://a/^"', [null]],
])('the standard input in cmd.exe of %j', (text, expected) => {
  expect(readCmd(text).map(inputOf)).toEqual(expected)
})

test.each([
  // As Chrome quotes for cmd: carets before all characters that may be special in cmd.
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
  // Older browsers: quotes, doubled or after a backslash.
  ['curl "a ""b"" c" ^\r\n -d "{\\"x\\":1}"', [['curl', 'a "b" c', '-d', '{"x":1}']]],
  ['curl "C:\\dir\\\\" \\\\host\\x "" ^\n', [['curl', 'C:\\dir\\', '\\\\host\\x', '']]],
  ['curl "a&b^c" ^\n', [['curl', 'a&b^c']]],
])('%j is split as in cmd.exe', (text, words) => {
  expect(readCmd(text).map((command) => command.words)).toEqual(words)
})

test.each([
  ["curl 'a' \\\n -H 'b: ^c'", false],
  ['curl "a" ^\r\n -H "b"', true],
  ['curl ^"a^"', true],
])('%j is for cmd: %j', (text, expected) => {
  expect(isCmd(text)).toBe(expected)
})
