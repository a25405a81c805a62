/**
 * Command lines to begin with. The first word is kept, and so is the one after it where a command would send or listen
 * but for a file that isn't there; only the rest is changed.
 */
export const COMMANDS = [
  {
    fixed: ['run', 'missing.yaml'],
    words: ['-u', '5', '-d', '10s', '--report', 'json=-', '--seed', '3', '--workers', '2'],
  },
  {
    fixed: ['run', 'missing.yaml'],
    words: ['-r', '100/s', '-s', '30s:20', '-H', 'a: b', '--shard', '1/3', '--runs', '2'],
  },
  {
    fixed: ['run', 'missing.yaml'],
    words: ['-t', 'http://bob:hunter22@a', '--stream', 'statsd=127.0.0.1:1', '--confirm', 'ab'],
  },
  {
    fixed: ['run', 'missing.yaml'],
    words: ['--live-web', '0.0.0.0:8080', '--baseline', 'b.json', '--inconclusive', 'fail', '--no-color'],
  },
  {
    fixed: ['ab', 'missing.yaml'],
    words: ['--a', 'http://a', '--b', 'demo', '--max-duration', '10s', '--restarts', '2', '-e', 'A=b'],
  },
  {
    fixed: ['ab', 'missing.yaml'],
    words: ['--a-command', 'npm start', '--b-command', 'x', '--ready', '/healthz', '--connect-to', 'a:1:b:2'],
  },
  {
    fixed: ['baseline', 'update', 'missing.yaml'],
    words: ['--from', 'result.json', '-i', '10', '--env-file', 'x.env'],
  },
  { fixed: ['baseline', 'show'], words: ['baseline.json'] },
  { fixed: ['baseline'], words: ['list', '--no-color'] },
  { fixed: ['try', 'missing.yaml'], words: ['--request', 'search', '--full', '-k', '--seed', '7'] },
  { fixed: ['selftest', 'missing.yaml'], words: ['--pairs', '3', '-d', '5s', '--report', 'json=-'] },
  { fixed: ['validate'], words: ['scenario.yaml', '--profile', 'smoke', '-e', 'A=b', '--report', 'json=-'] },
  {
    fixed: ['explain'],
    words: ['scenario.yaml', '-u', '5', '-d', '30s', '-s', '10s:20', '-t', 'http://a', '-i', '7'],
  },
  { fixed: ['explain'], words: ['scenario.yaml', '-r', '10/m', '-d', '1h'] },
  { fixed: ['import'], words: ['curl', 'curl http://a.example -d a=1', '-t', 'http://b'] },
  { fixed: ['import'], words: ['har', 'missing.har', '--mix', '--static', '--environment', 'x'] },
  {
    fixed: ['compare'],
    words: ['result.json', 'baseline.json', '--allow-environment', '--inconclusive', 'fail'],
  },
  { fixed: ['report'], words: ['result.json', '--report', 'junit=-', '--no-color'] },
  { fixed: ['merge'], words: ['result.json', 'result.json', '--baseline', 'baseline.json', '-q'] },
  {
    fixed: ['history'],
    words: ['baseline.json', '--metric', 'p95', '--request', 'search', '--report', 'json'],
  },
  { fixed: [], words: ['--version'] },
  { fixed: [], words: ['help', 'run'] },
  { fixed: [], words: ['rnu', 'scenario.yaml'] },
]
