/**
 * The target of all generators: 27 bytes of JSON, served faster than any of them can ask. nginx if it is installed,
 * else a server of our own that doesn't parse requests.
 */
import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const BODY = '{"hello":"world","n":12345}'
const PORT = 18_099

/** Starts the target, prefixed with `command`, such as one that pins it to a core. `stop` ends it. */
export async function startTarget({ directory, command }) {
  const hasNginx = spawnSync('which', ['nginx']).status === 0
  const line = hasNginx ? nginx(directory) : [process.execPath, fileURLToPath(import.meta.url)]
  const [program, ...args] = [...command, ...line]
  const child = spawn(program, args, { stdio: 'ignore' })
  const url = `http://127.0.0.1:${PORT}`
  for (let tries = 0; tries < 50; tries++) {
    await sleep(100)
    if (
      await fetch(url).then(
        (response) => response.ok,
        () => false,
      )
    )
      break
  }
  return {
    url,
    name: hasNginx ? 'nginx' : 'the built-in one',
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', resolve)
        child.kill('SIGTERM')
      }),
  }
}

function nginx(directory) {
  const file = join(directory, 'nginx.conf')
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${directory}/nginx.pid; error_log ${directory}/nginx.log;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; client_body_temp_path ${directory};
  server { listen 127.0.0.1:${PORT}; location / { default_type application/json; return 200 '${BODY}'; } }
}
`,
  )
  return ['nginx', '-c', file]
}

/** Responds to each end of a request head, wherever it is; bodies are treated as part of the next head. */
function serve() {
  const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`
  createServer((socket) => {
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      const heads = chunk.latin1Slice().split('\r\n\r\n').length - 1
      if (heads > 0) socket.write(answer.repeat(heads))
    })
  }).listen(PORT, '127.0.0.1')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) serve()
