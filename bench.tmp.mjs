import { deflateSync } from 'node:zlib'

const dir = process.argv[2]
const { Histogram } = await import(dir + '/dist/stats/histogram.js')
const cpu = (name, n, f) => {
  for (let i = 0; i < n / 10; i++) f(i)
  const a = process.cpuUsage()
  for (let i = 0; i < n; i++) f(i)
  const b = process.cpuUsage(a)
  console.log(name, ((b.user + b.system) / n).toFixed(2), 'us cpu')
}
const o = new Histogram()
for (let i = 0; i < 100; i++) o.record(Math.exp(7 + Math.random() * 2))
cpu('encode', 3000, () => o.encode())
const e = o.encode()
cpu('decode', 1000, () => Histogram.decode(e))
const b = Buffer.alloc(200, 'abcdefgh')
for (const opt of [
  {},
  { windowBits: 12, memLevel: 5 },
  { windowBits: 9, memLevel: 1 },
  { windowBits: 9, memLevel: 1, level: 1 },
])
  cpu('deflate ' + JSON.stringify(opt), 3000, () => deflateSync(b, opt))
const s = new Histogram()
cpu('add', 20000, () => s.add(o))
cpu('pack', 20000, () => o.pack())
cpu('p99', 20000, () => o.valueAtPercentile(99))
const r = new Histogram()
cpu('record x100', 20000, (n) => {
  for (let i = 0; i < 100; i++) r.record((n % 900) * 7 + i)
})
cpu('new+100+clear', 5000, (n) => {
  const h = new Histogram()
  for (let i = 0; i < 100; i++) h.record((n % 900) * 7 + i * 20)
})
