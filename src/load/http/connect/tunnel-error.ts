/** A proxy did not open a connection to the service. */
export class TunnelError extends Error {
  readonly code = 'PERFCTL_TUNNEL'
}
