import { describe, expect, test } from 'vitest'
import { Shape } from '../../../src/base/shape.js'
import { readPods } from '../../../src/run/kubernetes/pods.js'

const read = (status: object) =>
  readPods(
    new Shape({
      items: [{ metadata: { name: 'a', labels: { 'app.kubernetes.io/component': 'agent' } }, status }],
    }),
  )[0]!

const withState = (state: object) => read({ phase: 'Pending', containerStatuses: [{ state }] })

describe('a pod', () => {
  test('that runs is ready', () => {
    const status = {
      phase: 'Running',
      conditions: [
        { type: 'PodScheduled', status: 'True' },
        { type: 'Ready', status: 'True' },
      ],
      containerStatuses: [{ state: { running: { startedAt: '2026-03-01T12:00:00Z' } } }],
    }
    expect(read(status)).toEqual({ name: 'a', component: 'agent', isReady: true, trouble: null })
  })

  test('that has no status yet is not ready, and nothing is wrong with it', () => {
    expect(read({})).toMatchObject({ isReady: false, trouble: null })
  })

  test.each(['ContainerCreating', 'PodInitializing'])('that is in %s has no trouble', (reason) => {
    expect(withState({ waiting: { reason } }).trouble).toBeNull()
  })

  test.each([
    ['ImagePullBackOff', true],
    ['InvalidImageName', true],
    ['CreateContainerConfigError', true],
    ['ErrImagePull', false],
    ['SomethingNew', false],
  ])('that waits because of %s: final is %s', (reason, isFinal) => {
    const { trouble } = withState({ waiting: { reason, message: 'words' } })
    expect(trouble).toEqual({ reason, message: 'words', isFinal })
  })

  test('that finds no host may still get one', () => {
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no host' }
    const { trouble } = read({ phase: 'Pending', conditions: [condition] })
    expect(trouble).toEqual({ reason: 'Unschedulable', message: 'no host', isFinal: false })
  })

  test('that ran out of memory is told by its reason and code', () => {
    const { trouble } = withState({ terminated: { exitCode: 137, reason: 'OOMKilled' } })
    expect(trouble).toEqual({ reason: 'OOMKilled', message: 'exit code 137', isFinal: true })
  })

  test('that ended well has no trouble', () => {
    expect(withState({ terminated: { exitCode: 0, reason: 'Completed' } }).trouble).toBeNull()
  })

  test('that was evicted has a trouble without any container', () => {
    const { trouble } = read({ phase: 'Failed', reason: 'Evicted', message: 'low on memory' })
    expect(trouble).toEqual({ reason: 'Evicted', message: 'low on memory', isFinal: true })
  })
})
