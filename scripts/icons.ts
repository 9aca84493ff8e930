// `npm run icons`: renders resources/svg to the PNG files that tray, window and installers use. Run it after changing a drawing.
// `npm run icons -- --sheet sheet.png` also makes a picture of all of them, to look at.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { chromium, type Page } from 'playwright-core'
import { ensureChromium } from './chromium.ts'
import { appSizes, iconFiles, type IconFile, trayStates } from './icon-files.ts'

const resources = path.resolve(import.meta.dirname, '../resources')

const browser = await chromium.launch({ executablePath: ensureChromium() })
try {
  const page = await browser.newPage()
  for (const file of iconFiles()) {
    const target = path.join(resources, file.path)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, await render(page, file))
  }
  const at = process.argv.indexOf('--sheet')
  if (at > 0) await drawSheet(page, path.resolve(process.argv[at + 1] ?? 'sheet.png'))
} finally {
  await browser.close()
}

async function render(page: Page, { svg, size, inset, style }: IconFile): Promise<Buffer> {
  const drawing = readFileSync(path.join(resources, 'svg', svg), 'utf8')
  const inner = size * (1 - 2 * inset)
  await page.setViewportSize({ width: size, height: size })
  await page.setContent(
    `<style>html,body{margin:0}svg{position:absolute;left:${size * inset}px;top:${size * inset}px;width:${inner}px;height:${inner}px;${style}}</style>${drawing}`,
  )
  return await page.screenshot({ omitBackground: true })
}

/** Every tray icon on light and dark grounds, true to size and enlarged, and the app's icon. */
async function drawSheet(page: Page, target: string): Promise<void> {
  const source = (name: string) =>
    `data:image/png;base64,${readFileSync(path.join(resources, name)).toString('base64')}`
  const image = (name: string, shown?: number) =>
    `<img src="${source(name)}"${shown ? ` style="width:${shown}px;image-rendering:pixelated"` : ''}>`
  const row = (names: string[], ground: string) =>
    `<p style="background:${ground}">${names.map((name) => image(name)).join('')} ${names.map((name) => image(name, 96)).join('')}</p>`
  const grounds = ['#f6f6f6', '#1f1f1f', '#3b6ea8']
  const rows = [16, 22, 32].flatMap((size) =>
    grounds.map((ground) =>
      row(
        trayStates.map((state) => `tray/${state}-${size}.png`),
        ground,
      ),
    ),
  )
  const templates = trayStates.map((state) => `tray/${state}Template.png`)
  const apps = appSizes.filter((size) => size <= 256).map((size) => image(`icons/${size}x${size}.png`))
  await page.setViewportSize({ width: 820, height: 400 })
  await page.setContent(
    `<style>body{margin:0;font:12px sans-serif}p{margin:0;padding:6px}img{margin:3px;vertical-align:middle}</style>
     ${row(templates, '#e8e8e8')}${rows.join('')}<p>${apps.join('')}${image('icon-mac.png', 256)}</p>`,
  )
  await page.screenshot({ path: target, fullPage: true })
}
