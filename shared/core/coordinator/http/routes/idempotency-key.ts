/** `Idempotency-Key`, for every call that takes such a key. */
import type { IncomingHttpHeaders } from 'node:http'
import { MeshError } from '../../../../contract/error.ts'

/** The key may come as header or field; both must agree. */
export function withKey<I extends { readonly idempotency_key?: string | undefined }>(
  headers: IncomingHttpHeaders,
  input: I,
): I {
  const key = headers['idempotency-key']
  if (key === undefined) return input
  const problem =
    typeof key !== 'string' || key.length === 0 || key.length > 256
      ? 'must have 1 to 256 characters'
      : input.idempotency_key !== undefined && input.idempotency_key !== key
        ? 'differs from idempotency_key in the body'
        : undefined
  if (problem === undefined) return { ...input, idempotency_key: key as string }
  throw new MeshError('invalid_input', `Idempotency-Key: ${problem}.`, {
    hint: 'Send the key once, as header or as field.',
    details: { field: 'Idempotency-Key', problem },
  })
}
