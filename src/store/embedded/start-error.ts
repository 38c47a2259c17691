/** Why the embedded database cannot start. The message is a sentence for the operator, who may see paths; the cause has the rest. */
export class StartError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'StartError'
  }
}

/** A failed file operation under `folder` as a sentence to act on. What is a StartError already stays as it is. */
export function folderProblem(error: unknown, folder: string): StartError {
  if (error instanceof StartError) return error
  return new StartError(SENTENCES[codeOf(error)]?.(folder) ?? `The folder ${folder} cannot be used.`, error)
}

/** The sentence for a full disk, also used where PostgreSQL reports it in text. */
export const diskFull = (folder: string) =>
  `The disk of ${folder} is full: free at least 200 MB there, or choose another folder with --data.`

/** The system's name of an error, such as ENOENT; empty for any other thrown value. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

const notWritable = (folder: string) =>
  `The folder ${folder} cannot be written by this user: change its owner, or choose another folder with --data.`
const notAFolder = (folder: string) => `${folder} is not a folder: choose another one with --data.`
const tooLong = (folder: string) => `The path ${folder} is too long: choose a shorter folder with --data.`

const SENTENCES: Record<string, (folder: string) => string> = {
  EACCES: notWritable,
  EPERM: notWritable,
  EROFS: notWritable,
  ENOSPC: diskFull,
  EDQUOT: diskFull,
  ENOTDIR: notAFolder,
  EEXIST: notAFolder,
  ENAMETOOLONG: tooLong,
}
