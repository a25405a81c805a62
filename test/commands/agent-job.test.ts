import { expect, test } from 'vitest'
import { listOwnProxies, makeJob } from '../../src/commands/agent-job.js'
import { readScenario } from '../../src/scenario/read.js'

test('a variable that is all or a part of a secret is named, and not sent', () => {
  const text = JSON.stringify({
    load: { vus: 1, iterations: 1 },
    requests: [
      {
        get: '/${REGION}',
        headers: { authorization: 'Bearer ${WHOLE}', 'x-api-key': 'key-${PART}' },
      },
    ],
  })
  const env = { REGION: 'eu-west', WHOLE: 'whole-of-it', PART: 'part-of-it', OTHER: 'unused' }
  const scenario = { ...readScenario(text, { file: 'x.yaml', env }), file: null, text }
  const flags = { headers: {}, load: {}, insecure: false, connectTo: [], sendSecrets: false }
  const job = makeJob({ scenario, flags, env, cwd: '/' })
  expect(job.env).toEqual({ REGION: 'eu-west' })
  expect(job.secrets).toEqual(['WHOLE', 'PART'])
  expect(JSON.stringify(job)).not.toMatch(/whole-of-it|part-of-it|unused/)

  const whole = makeJob({ scenario, flags: { ...flags, sendSecrets: true }, env, cwd: '/' })
  expect(whole.env).toEqual({ REGION: 'eu-west', WHOLE: 'whole-of-it', PART: 'part-of-it' })
  expect(whole.secrets).toEqual([])
})

test('the proxies of an environment are known by their hosts', () => {
  const env = {
    https_proxy: 'http://user:pw@proxy.example:3128',
    ALL_PROXY: 'socks5://[::1]:1080',
    http_proxy: 'p:80',
  }
  expect(listOwnProxies({ ...env, OTHER: 'http://other.example' })).toEqual(['proxy.example', '::1', 'p'])
})
