/**
 * Structured clone <-> JSON text, used on both sides of the IPC channel.
 *
 * Electron's IPC uses the structured clone algorithm. The values are first run
 * through the platform's own `structuredClone` (same rules, same refusals) and
 * the clone is then written as JSON. Cycles and shared references survive.
 */
const CLONE_ERROR = 'An object could not be cloned.'
const TYPED = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'Float16Array',
]
const ERRORS = ['EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError']

const g = globalThis as any
const clone: (v: unknown) => unknown = g.structuredClone.bind(globalThis)
const tagOf = (v: unknown): string => Object.prototype.toString.call(v).slice(8, -1)

function toBase64(bytes: Uint8Array): string {
  if (typeof g.Buffer === 'function' && g.Buffer.from)
    return g.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  let s = ''
  for (let i = 0; i < bytes.length; i += 0x8000)
    s += String.fromCharCode.apply(null, bytes.subarray(i, i + 0x8000) as any)
  return g.btoa(s)
}
function fromBase64(text: string): Uint8Array {
  if (typeof g.Buffer === 'function' && g.Buffer.from) return new Uint8Array(g.Buffer.from(text, 'base64'))
  const s = g.atob(text)
  const out = new Uint8Array(s.length)
  for (let i = 0; i < s.length; i++) out[i] = s.charCodeAt(i)
  return out
}

export function encode(value: unknown): string {
  let copy: unknown
  try {
    copy = clone(value)
  } catch {
    throw new Error(CLONE_ERROR)
  }
  const seen = new Map<object, number>()
  const enc = (v: any): unknown => {
    switch (typeof v) {
      case 'string':
      case 'boolean':
        return v
      case 'undefined':
        return ['u']
      case 'bigint':
        return ['b', String(v)]
      case 'number':
        if (Number.isFinite(v) && !Object.is(v, -0)) return v
        return ['n', Object.is(v, -0) ? '-0' : String(v)]
    }
    if (v === null) return null
    const known = seen.get(v)
    if (known !== undefined) return ['r', known]
    const i = seen.size
    seen.set(v, i)
    const tag = tagOf(v)
    if (Array.isArray(v)) {
      const keys = Object.keys(v)
      if (keys.length === v.length) return ['a', Array.from(v, enc)]
      return ['h', v.length, keys.map((k) => [k, enc(v[k as any])])]
    }
    switch (tag) {
      case 'Date':
        return ['d', enc(v.getTime())]
      case 'RegExp':
        return ['x', v.source, v.flags]
      case 'Map':
        return ['m', Array.from(v as Map<unknown, unknown>, ([k, x]) => [enc(k), enc(x)])]
      case 'Set':
        return ['s', Array.from(v as Set<unknown>, enc)]
      case 'ArrayBuffer':
        return ['ab', toBase64(new Uint8Array(v))]
      case 'DataView':
        return ['dv', v.byteOffset, v.byteLength, enc(v.buffer)]
      case 'Boolean':
      case 'Number':
      case 'String':
        return ['box', enc(v.valueOf())]
      case 'Error':
        return ['e', v.name, v.message, v.stack, 'cause' in v ? [enc(v.cause)] : []]
    }
    if (TYPED.includes(tag)) return ['ta', tag, v.byteOffset, v.length, enc(v.buffer)]
    const proto = Object.getPrototypeOf(v)
    if (tag === 'Object' && (proto === null || Object.getPrototypeOf(proto) === null)) {
      return ['o', Object.keys(v).map((k) => [k, enc(v[k])])]
    }
    throw new Error(CLONE_ERROR) // Blob, File, ImageData, CryptoKey, …: not for the main process
  }
  return JSON.stringify(enc(copy))
}

export function decode(text: string): any {
  const seen: unknown[] = []
  const dec = (n: any): any => {
    if (!Array.isArray(n)) return n
    switch (n[0]) {
      case 'u':
        return undefined
      case 'b':
        return BigInt(n[1])
      case 'n':
        return Number(n[1])
      case 'r':
        return seen[n[1]]
    }
    const at = seen.length
    seen.push(undefined)
    const put = <T>(v: T): T => ((seen[at] = v), v)
    switch (n[0]) {
      case 'a': {
        const a: unknown[] = put([])
        for (const x of n[1]) a.push(dec(x))
        return a
      }
      case 'h': {
        const a: any = put(new Array(n[1]))
        for (const [k, x] of n[2]) a[k] = dec(x)
        return a
      }
      case 'o': {
        const o = put({})
        for (const [k, x] of n[1])
          Object.defineProperty(o, k, { value: dec(x), writable: true, enumerable: true, configurable: true })
        return o
      }
      case 'd':
        return put(new Date(dec(n[1])))
      case 'x':
        return put(new RegExp(n[1], n[2]))
      case 'm': {
        const m = put(new Map())
        for (const [k, x] of n[1]) m.set(dec(k), dec(x))
        return m
      }
      case 's': {
        const s = put(new Set())
        for (const x of n[1]) s.add(dec(x))
        return s
      }
      case 'ab':
        return put(fromBase64(n[1]).buffer)
      case 'dv':
        return put(new DataView(dec(n[3]), n[1], n[2]))
      case 'ta':
        return put(new g[n[1]](dec(n[4]), n[2], n[3]))
      case 'box':
        return put(Object(dec(n[1])))
      case 'e': {
        const C = ERRORS.includes(n[1]) ? g[n[1]] : Error
        const e: any = put(new C(n[2]))
        Object.defineProperty(e, 'stack', { value: n[3], writable: true, configurable: true })
        if (n[4].length) Object.defineProperty(e, 'cause', { value: dec(n[4][0]), writable: true, configurable: true })
        return e
      }
    }
    throw new Error(`electron-on-chromium: bad wire tag ${n[0]}`)
  }
  return dec(JSON.parse(text))
}
