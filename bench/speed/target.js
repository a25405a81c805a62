/**
 * The target of all generators, on one core: nginx if it is installed, for all cases; else a server of our own that
 * doesn't parse requests, for the plain ones.
 */
import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const BODY = '{"hello":"world","n":12345}'
const PORTS = { plain: 18_099, tls: 18_443, http2: 18_444 }
const LARGE_BYTES = 100_000

/**
 * Starts the target, prefixed with `command`, such as one that pins it to a core. Returns its name, the URLs it has
 * (`plain`; with nginx also `large`, a body of 100 kB, and with openssl `tls` and `http2`), and `stop`, which ends it.
 */
export async function startTarget({ directory, command }) {
  const hasNginx = has('nginx')
  const isSecure = hasNginx && certify(directory)
  const line = hasNginx ? nginx(directory, isSecure) : [process.execPath, fileURLToPath(import.meta.url)]
  const [program, ...args] = [...command, ...line]
  const child = spawn(program, args, { stdio: 'ignore' })
  const url = `http://127.0.0.1:${PORTS.plain}`
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
    name: hasNginx ? 'nginx' : 'the built-in one',
    urls: {
      plain: `${url}/`,
      ...(hasNginx && { large: `${url}/large` }),
      ...(isSecure && {
        tls: `https://127.0.0.1:${PORTS.tls}/`,
        http2: `https://127.0.0.1:${PORTS.http2}/`,
      }),
    },
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', resolve)
        child.kill('SIGTERM')
      }),
  }
}

/** Whether a command is installed. */
export function has(command) {
  return spawnSync('which', [command]).status === 0
}

function certify(directory) {
  const options = ['-nodes', '-days', '30', '-subj', '/CN=localhost', '-newkey', 'ec']
  const files = ['-keyout', join(directory, 'key.pem'), '-out', join(directory, 'cert.pem')]
  const curve = ['-pkeyopt', 'ec_paramgen_curve:prime256v1']
  return spawnSync('openssl', ['req', '-x509', ...options, ...curve, ...files]).status === 0
}

function nginx(directory, isSecure) {
  writeFileSync(join(directory, 'large'), 'x'.repeat(LARGE_BYTES))
  const server = (listen, more = '') => `server {
    listen 127.0.0.1:${listen}; ${more}
    location / { default_type application/json; return 200 '${BODY}'; }
    location /large { root ${directory}; }
  }`
  const certificate = `ssl_certificate ${directory}/cert.pem; ssl_certificate_key ${directory}/key.pem;`
  const secure = isSecure
    ? [server(`${PORTS.tls} ssl`, certificate), server(`${PORTS.http2} ssl http2`, certificate)]
    : []
  const file = join(directory, 'nginx.conf')
  writeFileSync(
    file,
    `daemon off; master_process off; user root; pid ${directory}/nginx.pid; error_log ${directory}/nginx.log;
events { worker_connections 30000; }
worker_rlimit_nofile 60000;
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; client_body_temp_path ${directory};
  http2_max_concurrent_streams 1000; open_file_cache max=10; sendfile on; tcp_nopush on;
  ${[server(PORTS.plain), ...secure].join('\n  ')}
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
  }).listen(PORTS.plain, '127.0.0.1')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) serve()
