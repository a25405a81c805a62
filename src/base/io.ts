/**
 * What a command may see and touch of the process: passed in, so that commands are functions and tests need no
 * process of their own.
 */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  /** What is piped in; absent where nothing can be. */
  readonly stdin?: AsyncIterable<Uint8Array>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /**
   * Calls back for each signal that asks to end, instead of the process ending at once; returns how to stop that. What
   * is neither SIGINT nor SIGTERM, such as a terminal that is gone, is given as SIGTERM.
   */
  onSignal(listener: (signal: 'SIGINT' | 'SIGTERM') => void): () => void
  /** Calls back with errors that nobody caught, instead of the process ending at once; returns how to stop that. */
  onBug(listener: (error: unknown) => void): () => void
  /** Calls back once when the process ends, however that comes about; returns how to stop that. */
  onExit(listener: () => void): () => void
}

/** Where a command writes. */
export interface Output {
  write(text: string): void
  readonly isTerminal: boolean
  /** Width in characters; 80 where it can't be known. */
  readonly columns: number
  /** Height in lines; 24 where it can't be known. */
  readonly rows: number
}
