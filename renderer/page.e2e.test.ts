/** The page in a real Chromium, served by the built command under its content security policy. Needs `npm run build` first. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import axe from 'axe-core'
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

it('goes by keyboard and comes back by the back button', async () => {
  await page.getByRole('link', { name: 'linux-gpu' }).press('Enter')
  const panel = page.getByRole('region', { name: 'linux-gpu' })
  await panel.getByRole('link', { name: 'Chat' }).press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Messages' }).waitFor()
  await expect.poll(() => page.getByLabel('To').locator('option:checked').textContent()).toContain('linux-gpu')
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('compose')
  await page.goBack()
  await panel.waitFor()
})

it('pauses a node and resumes it, from the menu', async () => {
  const panel = page.getByRole('region', { name: 'linux-gpu' })
  await panel.getByRole('button', { name: 'Pause' }).press('Enter')
  await page.getByRole('menuitem', { name: 'For 1 hour' }).press('Enter')
  await panel.getByText('An admin has paused it.').waitFor()
  await panel.getByRole('button', { name: 'Resume' }).click()
  await panel.getByRole('button', { name: 'Pause' }).waitFor()
})

it('asks before a node is kicked, holds the focus, and gives it back', async () => {
  const kick = page.getByRole('region', { name: 'linux-gpu' }).getByRole('button', { name: 'Kick' })
  await kick.click()
  const dialog = page.getByRole('alertdialog')
  await dialog.waitFor()
  for (let press = 0; press < 6; press++) {
    expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true)
    await page.keyboard.press('Tab')
  }
  // Best practices for whole pages do not fit while the page is hidden behind the question.
  expect(await violations(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])).toEqual([])
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await expect.poll(() => kick.evaluate((element) => element === document.activeElement)).toBe(true)
  await page.goto(`${url}#/messages`)
})

it('sends a message and shows the answer as it comes, and the node it came from', async () => {
  await page.getByLabel('Message', { exact: true }).fill('hello from the page')
  await page.keyboard.press('Enter')
  await page.getByText('hello from the page').first().waitFor()
  await page
    .getByText(/\[demo (mac-mini|linux-gpu|vps)\]/)
    .first()
    .waitFor()
})

const looks = [
  ['en', 'light', 1280, 800],
  ['zh-CN', 'dark', 1280, 800],
  ['en', 'dark', 360, 740],
  ['zh-CN', 'light', 360, 740],
] as const
it.each(looks)('is readable by everybody on every page: %s, %s, %d px wide', async (language, theme, width, height) => {
  await page.setViewportSize({ width, height })
  await page.goto(`${url}#/settings`)
  await page.getByText(language === 'en' ? 'English' : '简体中文', { exact: true }).click()
  const themes = { light: /^(Light|浅色)$/, dark: /^(Dark|深色)$/ }
  await page.getByText(themes[theme]).click()
  await expect.poll(() => page.evaluate(() => document.documentElement.lang)).toBe(language)
  for (const place of ['settings', 'nodes', 'node', 'nowhere', 'messages', 'message']) {
    await visit(place)
    expect(await violations(), place).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), place).toBeLessThanOrEqual(0)
  }
})

async function visit(place: string): Promise<void> {
  if (place === 'node') await page.locator('article a').first().click()
  else if (place === 'message') {
    const line = page.locator('article button[aria-expanded]').first()
    // The page remembers which one was open.
    if ((await line.getAttribute('aria-expanded')) === 'false') await line.click()
  } else await page.goto(`${url}#/${place === 'nowhere' ? 'nodes/nowhere' : place}`)
  await page
    .locator(place === 'message' ? '[role=log]' : 'h1')
    .first()
    .waitFor()
}

/** What axe finds, as short lines. It is run by the test, past the content security policy, not by the page. */
async function violations(tags?: string[]): Promise<string[]> {
  await page.evaluate(axe.source)
  // A colour that is still on its way from one theme to the other is neither's.
  await page.evaluate(() => {
    const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity)
    return Promise.allSettled(ending.map(({ finished }) => finished))
  })
  return page.evaluate(async (runOnly) => {
    const run = (globalThis as unknown as { axe: typeof axe }).axe.run
    const found = await run(document, runOnly ? { runOnly } : {})
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
  }, tags)
}

it('keeps no secret in the page or its URL, and nothing was blocked or complained', async () => {
  await visit('messages')
  expect(page.url()).toBe(`${url}#/messages`)
  expect(await page.content()).not.toContain('cm_admin_')
  expect(await page.evaluate(() => document.cookie + JSON.stringify(localStorage))).not.toMatch(/cm_/)
  expect(complaints).toEqual([])
})
