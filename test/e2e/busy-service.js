/**
 * A service that uses as much CPU time and memory as it is told, and reports its port.
 */
import cluster from 'node:cluster'
import { createServer } from 'node:http'
import process, { argv, cpuUsage, env, exit } from 'node:process'

const { burnMs = 0, workers = 0, leak = 0, endAfter = 0 } = JSON.parse(argv[2] ?? '{}')

function usedMs() {
  const { user, system } = cpuUsage()
  return (user + system) / 1000
}

function listen(onListening) {
  let requests = 0
  const server = createServer((_, response) => {
    requests++
    if (requests === endAfter) exit(0)
    const endMs = usedMs() + burnMs
    while (usedMs() < endMs);
    response.end('ok')
  })
  server.listen(Number(env.PORT ?? 0), '127.0.0.1', () => onListening(server.address().port))
}

if (workers > 0 && cluster.isPrimary) {
  let listening = 0
  for (let i = 0; i < workers; i++) cluster.fork()
  cluster.on('listening', (_, { port }) => {
    listening++
    if (listening === workers) process.send(port)
  })
} else {
  listen((port) => cluster.isPrimary && process.send?.(port))
}

const kept = []
if (leak > 0) setInterval(() => kept.push(Buffer.alloc(leak, 1)), 100)
