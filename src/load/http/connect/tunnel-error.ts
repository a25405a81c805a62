/** A proxy opens no way to the service: no connection came about. */
export class TunnelError extends Error {
  readonly code = 'PERFCTL_TUNNEL'
}
