/** SQLite's complaints in our words: what happened to which file, and what its owner can do. */
import { MeshError } from '../../contract/error.ts'

const code = {
  busy: 5,
  outOfMemory: 7,
  readOnly: 8,
  io: 10,
  damaged: 11,
  full: 13,
  cannotOpen: 14,
  tooBig: 18,
  notADatabase: 26,
} as const
/** After these nothing that was written in the same transaction can be relied on. */
const wholeFile: readonly number[] = [
  code.outOfMemory,
  code.readOnly,
  code.io,
  code.damaged,
  code.full,
  code.cannotOpen,
  code.notADatabase,
]

const damageCodes: readonly number[] = [code.damaged, code.notADatabase]

/** SQLite's primary result code; undefined for an error that is not SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  return error.errcode & 0xff
}

export const isBusy = (error: unknown): boolean => sqliteCode(error) === code.busy

/** Whether the whole file is in trouble, not only the statement that met it. */
export const concernsWholeFile = (error: unknown): boolean => wholeFile.includes(sqliteCode(error) ?? 0)

/** What the machine does to us becomes `store_failed`; a fault of our own (a broken constraint, a TypeError) `internal`. */
export function storeFailure(error: unknown, file: string): MeshError {
  if (error instanceof MeshError) return error
  if (error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE') return closed(file, error)
  const found = sqliteCode(error)
  if (found === code.damaged || found === code.notADatabase) return damaged(file, error)
  if (found === code.full || isOutOfSpace(error)) return diskFull(file, error)
  const hint = hintFor(found, error)
  if (hint === undefined || !(error instanceof Error)) return MeshError.wrap(error)
  return new MeshError('store_failed', `${file}: ${error.message}.`, { cause: error, hint, details: { file } })
}

function hintFor(found: number | undefined, error: unknown): string | undefined {
  switch (found) {
    case code.busy:
      return 'Another program holds the file locked; close it and try again.'
    case code.readOnly:
    case code.cannotOpen:
      return 'Check that this user may write the file and its folder.'
    case code.outOfMemory:
    case code.tooBig:
    case code.io:
      return 'Check the disk and the memory of this machine; the log has the details.'
    default:
      return fromFileSystem(error)
        ? 'Check that this user may write the folder, and that the disk has room.'
        : undefined
  }
}

const fromFileSystem = (error: unknown): boolean => error instanceof Error && 'syscall' in error

const isOutOfSpace = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')

const diskFull = (file: string, cause: unknown): MeshError =>
  new MeshError('disk_full', `${file}: the disk is full.`, {
    cause,
    hint: 'Make room on that disk; it goes on by itself then. Nothing was half-written, and nothing acknowledged is lost.',
    details: { file },
  })

export const isDamage = (error: unknown): boolean =>
  error instanceof MeshError ? error.code === 'store_damaged' : damageCodes.includes(sqliteCode(error) ?? 0)

export function damaged(file: string, cause: unknown, detail = 'it is not a readable database'): MeshError {
  return new MeshError('store_damaged', `${file} is damaged: ${detail}.`, {
    cause,
    hint: 'It is set aside at the next start, which begins with a new one. Check the disk of this machine.',
    details: { file },
  })
}

export const closed = (file: string, cause?: unknown): MeshError =>
  new MeshError('store_failed', `${file} is closed.`, {
    cause,
    hint: 'claw-mesh is stopping; try again once it runs.',
    details: { file },
  })
