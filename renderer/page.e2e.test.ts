/** The page in a real Chromium, served by the built command under its content security policy. Needs `npm run build` first. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findChromium } from '../scripts/chromium.ts'
import { projectRoot, type RunningCommand, startCommand } from '../shared/testing/command.ts'

let folder: string
let demo: RunningCommand
let browser: Browser
let page: Page
let url: string
let password: string
const complaints: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'claw-mesh-page-'))
  const entry = path.join(projectRoot, 'shared/cli/claw-mesh.js')
  demo = startCommand(['demo', '--port', '0'], { env: { CLAW_MESH_HOME: folder, HOME: folder }, entry })
  url = (await demo.saw(/(http:\/\/[\w.:[\]]+:\d+\/)/))[1]!
  password = (await demo.saw(/assword\S*\s+([\w-]{8,})/))[1]!
  browser = await chromium.launch({
    executablePath: findChromium()!,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  page = await browser.newPage({ locale: 'en-US', viewport: { width: 1280, height: 800 } })
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
})

afterAll(async () => {
  await browser.close()
  expect((await demo.stop('SIGINT')).code).toBe(0)
  await rm(folder, { recursive: true, force: true })
})

it('refuses a wrong password and says so', async () => {
  await page.goto(url)
  await page.getByLabel('Password', { exact: true }).fill('not the password')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').waitFor()
  // The browser itself reports the 401; nothing else may.
  expect(complaints.filter((text) => !text.includes('401'))).toEqual([])
  complaints.length = 0
})

it('logs in and shows the three nodes, labelled as demo', async () => {
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  for (const name of ['mac-mini', 'linux-gpu', 'vps']) await page.getByText(name, { exact: true }).first().waitFor()
  await expect.poll(() => page.getByText(/demo/i).count()).toBeGreaterThan(0)
})

it('sends a message and shows the answer as it comes, and the node it came from', async () => {
  await page.getByRole('textbox').last().fill('hello from the page')
  await page.keyboard.press('Enter')
  await page.getByText('hello from the page').first().waitFor()
  await page
    .getByText(/\[demo (mac-mini|linux-gpu|vps)\]/)
    .first()
    .waitFor()
})

it('keeps no secret in the page or its URL, and nothing was blocked or complained', async () => {
  expect(page.url()).toBe(url)
  expect(await page.content()).not.toContain('cm_admin_')
  expect(await page.evaluate(() => document.cookie + JSON.stringify(localStorage))).not.toMatch(/cm_/)
  expect(complaints).toEqual([])
})
