/**
 * Access to the files that a scenario names. Reading a scenario stays pure, because all file access goes through here.
 */

export interface FileReader {
  /** Returns the bytes of a file, relative to the scenario's folder. Throws an error of the file system. */
  read(path: string): Uint8Array
}
