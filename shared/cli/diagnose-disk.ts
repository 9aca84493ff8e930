/** What is wrong on this machine's disk. Pure. */
import { fault, type Finding } from './finding.ts'
import type { DiskFacts } from './local-faults.ts'

/** Under this a busy day, or one more copy of the database, can fill it. */
const littleBytes = 500 * 2 ** 20

export function diskFaults({ freeBytes, unwritable, open, setAside }: DiskFacts): Finding[] {
  return [
    ...unwritable.map((folder) => fault('folder_not_writable', { folder }, `sudo chown -R "$USER" "${folder}"`)),
    ...(freeBytes !== undefined && freeBytes < littleBytes
      ? [fault('disk_nearly_full', { free_mb: Math.floor(freeBytes / 2 ** 20) }, 'df -h')]
      : []),
    ...setAside.map((file) => fault('store_set_aside', { file }, `rm "${file}"*`)),
    ...open.map(({ file, mode }) => fault('open_to_others', { file }, `chmod ${mode} "${file}"`)),
  ]
}
