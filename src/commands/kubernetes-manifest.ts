/**
 * `perfctl kubernetes manifest`: prints what agents need in Kubernetes.
 */
import { EXIT, type ExitCode } from '../base/exit.js'
import type { Io } from '../base/io.js'
import { randomToken } from '../base/rng.js'
import { KEY_VARIABLE } from '../run/agents/signature.js'
import { brokerNameOf, makeManifests } from '../run/kubernetes/manifest.js'
import { writeDocuments } from '../scenario/yaml/yaml.js'
import { requireClusterPlace } from './cluster-place.js'
import { parseKubernetesFlags, type RawKubernetesFlags } from './kubernetes-options.js'

/** The flags, as parsed by commander. */
export interface RawManifestFlags extends RawKubernetesFlags {
  readonly cluster: string
}

/** Prints the objects as YAML. */
export async function manifest(raw: RawManifestFlags, io: Io): Promise<ExitCode> {
  const { keySecret, ...flags } = parseKubernetesFlags(raw)
  const key = keySecret === null ? { value: io.env[KEY_VARIABLE] || randomToken() } : { secret: keySecret }
  const { cluster } = requireClusterPlace({ nats: flags.nats ?? brokerNameOf(flags), cluster: raw.cluster })
  const documents = makeManifests({ ...flags, key, cluster, once: true })
  io.stdout.write(writeDocuments(documents))
  return EXIT.passed
}
