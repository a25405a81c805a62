/**
 * Files that a scenario names. They come through here, so that reading a scenario stays pure.
 */

export interface FileReader {
  /** The bytes of a file, relative to the scenario's folder. Throws an error of the file system. */
  read(path: string): Uint8Array
}
