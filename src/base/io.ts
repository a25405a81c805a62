/**
 * The parts of the process that a command may use. Passed in, so that commands are functions and tests need no process.
 */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  /** Piped input; absent if there can be none. */
  readonly stdin?: AsyncIterable<Uint8Array>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /**
   * Calls back for each signal to end, instead of ending the process; returns a function to unsubscribe. Signals other
   * than SIGINT and SIGTERM, such as a closed terminal's, are reported as SIGTERM.
   */
  onSignal(listener: (signal: 'SIGINT' | 'SIGTERM') => void): () => void
  /** Calls back with uncaught errors, instead of ending the process; returns a function to unsubscribe. */
  onBug(listener: (error: unknown) => void): () => void
  /** Calls back once when the process ends for any reason; returns a function to unsubscribe. */
  onExit(listener: () => void): () => void
}

/** Where a command writes. */
export interface Output {
  write(text: string): void
  readonly isTerminal: boolean
  /** Width in characters; 80 if unknown. */
  readonly columns: number
  /** Height in lines; 24 if unknown. */
  readonly rows: number
}
