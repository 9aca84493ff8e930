/** Has schemas that are checked often compiled, in processes of Node; the page's security policy forbids it there. */
import { Compile } from 'typebox/compile'
import { compileChecksWith } from '../../contract/check.ts'

export const compileChecks = (): void =>
  compileChecksWith((schema) => {
    const validator = Compile(schema)
    return (value) => validator.Check(value)
  })
