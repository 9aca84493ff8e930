import { STATUS_CODES } from 'node:http'
import { describe, expect, it } from 'vitest'
import { ErrorCode } from './error.ts'
import { exitCode, httpStatus } from './error-tables.ts'

describe('the tables of error codes', () => {
  it('know every code, and no other', () => {
    const codes = [...ErrorCode.enum].sort()
    expect(new Set(codes).size).toBe(codes.length)
    expect(Object.keys(httpStatus).sort()).toEqual(codes)
    expect(Object.keys(exitCode).sort()).toEqual(codes)
  })

  it('answer with statuses that exist and mean an error', () => {
    for (const [code, status] of Object.entries(httpStatus)) {
      expect(status, code).toBeGreaterThanOrEqual(400)
      expect(STATUS_CODES[status], code).toBeDefined()
    }
  })

  it('leave the command with a small code that is not success', () => {
    for (const [code, exit] of Object.entries(exitCode)) {
      expect(Number.isInteger(exit) && exit >= 1 && exit <= 9, code).toBe(true)
    }
  })

  it('never blame the caller in one and the mesh in the other', () => {
    for (const code of ErrorCode.enum) {
      if (exitCode[code] === 2) expect(httpStatus[code], code).toBeLessThan(500)
      if (exitCode[code] === 7 && code !== 'gateway_rejected') expect(httpStatus[code], code).toBe(502)
    }
  })
})
