/** nativeImage: keeps the encoded bytes and reads sizes; no pixel is ever decoded. */
import fs from 'node:fs'
import path from 'node:path'
import { complete, NotImplemented } from './util.ts'

interface Size {
  width: number
  height: number
}

function sizeOf(b: Buffer): Size | null {
  if (b.length > 24 && b.readUInt32BE(0) === 0x89504e47)
    return { width: b.readUInt32BE(16), height: b.readUInt32BE(20) }
  if (b.length > 4 && b[0] === 0xff && b[1] === 0xd8) {
    for (let i = 2; i + 9 < b.length;) {
      if (b[i] !== 0xff) return null
      const marker = b[i + 1]
      if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
        return { width: b.readUInt16BE(i + 7), height: b.readUInt16BE(i + 5) }
      i += 2 + b.readUInt16BE(i + 2)
    }
  }
  if (b.length > 8 && b.readUInt16LE(0) === 0 && b.readUInt16LE(2) === 1)
    return { width: b[6] || 256, height: b[7] || 256 } // .ico
  return null
}

export class NativeImage {
  #bytes: Buffer
  #size: Size
  #resized = false
  #template = false
  /** where it came from, for tests */
  source: string
  constructor(bytes: Buffer, source: string, size?: Size) {
    const real = sizeOf(bytes)
    this.#bytes = real ? bytes : Buffer.alloc(0)
    this.#size = real ? (size ?? real) : { width: 0, height: 0 }
    this.#resized = !!size
    this.source = source
    this.#template = /Template(@\dx)?\.png$/.test(source)
  }
  isEmpty(): boolean {
    return this.#bytes.length === 0
  }
  getSize(): Size {
    return { ...this.#size }
  }
  getAspectRatio(): number {
    return this.#size.height ? this.#size.width / this.#size.height : 1
  }
  getScaleFactors(): number[] {
    return this.isEmpty() ? [] : [1]
  }
  toPNG(): Buffer {
    if (this.#resized) throw new NotImplemented('NativeImage.toPNG of a resized image')
    if (!this.isEmpty() && this.#bytes[0] !== 0x89)
      throw new NotImplemented('NativeImage.toPNG of an image that is not a PNG')
    return Buffer.from(this.#bytes)
  }
  toDataURL(): string {
    return this.isEmpty()
      ? 'data:image/png;base64,'
      : `data:image/${this.#bytes[0] === 0x89 ? 'png' : 'jpeg'};base64,${this.#bytes.toString('base64')}`
  }
  resize(o: { width?: number; height?: number }): NativeImage {
    const ratio = this.getAspectRatio()
    const width = o.width ?? Math.round((o.height ?? this.#size.height) * ratio)
    const height = o.height ?? Math.round(width / ratio)
    const out = new NativeImage(this.#bytes, this.source, { width, height })
    out.setTemplateImage(this.#template)
    return out
  }
  setTemplateImage(v: boolean): void {
    this.#template = !!v
  }
  isTemplateImage(): boolean {
    return this.#template
  }
  get isMacTemplateImage(): boolean {
    return this.#template
  }
  set isMacTemplateImage(v: boolean) {
    this.#template = v
  }
  addRepresentation(): void {}
}
complete(NativeImage.prototype, 'NativeImage', 'NativeImage')

export const nativeImage: any = {
  createEmpty: () => new NativeImage(Buffer.alloc(0), ''),
  createFromPath(p: string): NativeImage {
    try {
      return new NativeImage(fs.readFileSync(p), path.resolve(p))
    } catch {
      return new NativeImage(Buffer.alloc(0), p) // as in Electron: an empty image, no error
    }
  },
  createFromBuffer: (b: Buffer) => new NativeImage(Buffer.from(b), 'buffer'),
  createFromDataURL: (url: string) => new NativeImage(Buffer.from(String(url).split(',')[1] ?? '', 'base64'), 'data'),
}
complete(nativeImage, 'NativeImage', 'nativeImage', 'static')

export function toImage(v: unknown, what: string): NativeImage {
  if (v instanceof NativeImage) return v
  if (typeof v === 'string') {
    const image = nativeImage.createFromPath(v)
    if (image.isEmpty()) throw new Error(`Failed to load image from path '${v}'`)
    return image
  }
  throw new TypeError(`${what}: Error processing argument at index 0, conversion failure`)
}
