/** The app while it runs: the two switches and their faces, which are tray, window and notices. Starts and stops them in order. */
import { app, Menu, safeStorage, session, dialog, protocol } from 'electron'
import { homedir } from 'node:os'
import type { DesktopState, JoinLink } from '../../shared/contract/desktop.ts'
import { MeshError } from '../../shared/contract/error.ts'
import type { IpcPush, OpenView } from '../../shared/contract/ipc.ts'
import { systemClock } from '../../shared/core/platform/clock.ts'
import type { Home } from '../../shared/core/platform/home.ts'
import type { Log } from '../../shared/core/platform/log.ts'
import { createI18n, type Translate, translator } from '../../shared/i18n/create-i18n.ts'
import { pickLanguage } from '../../shared/i18n/pick-language.ts'
import { desktopDoor } from '../ipc/handlers/desktop.ts'
import { Feeds } from '../ipc/handlers/feeds.ts'
import { meshDoor } from '../ipc/handlers/mesh.ts'
import { pushTo, serveIpc } from '../ipc/serve-ipc.ts'
import { ChoicesFile } from '../settings/choices.ts'
import { openDesktopSettings } from '../settings/desktop-settings.ts'
import { SecretVault } from '../settings/secret-vault.ts'
import { readJoinLink } from '../shell/links/join-link.ts'
import { MeshWatch } from '../shell/mesh-watch.ts'
import { DecisionNotices } from '../shell/notifications/decision-notices.ts'
import { type Notice, NodeNotices } from '../shell/notifications/node-notices.ts'
import { Notifier } from '../shell/notifications/notifier.ts'
import { hiddenSwitch, openAtLogin } from '../shell/open-at-login/open-at-login.ts'
import { hasTray } from '../shell/tray/has-tray.ts'
import { AppTray } from '../shell/tray/tray.ts'
import type { TrayAction } from '../shell/tray/tray-action.ts'
import { untilTomorrow } from '../shell/tray/tray-menu.ts'
import type { MeshView } from '../shell/tray/tray-state.ts'
import { appScheme, serveFiles } from '../shell/windows/app-protocol.ts'
import { guardSession } from '../shell/windows/guard-contents.ts'
import { MainWindow } from '../shell/windows/main-window.ts'
import { desktopHandlers, setStartAtLogin } from './desktop-handlers.ts'
import { type MachineServices, MachineServices as Services, type MeshAccess } from './machine-services.ts'
import { openServices } from './open-services.ts'
import type { appPlaces } from './places.ts'

type StateAction = Exclude<TrayAction, { do: 'quit' | 'open' }>

export interface DesktopAppDeps {
  readonly home: Home
  readonly log: Log
  readonly places: ReturnType<typeof appPlaces>
  readonly argv: readonly string[]
}

export class DesktopApp {
  readonly #deps: DesktopAppDeps
  readonly #settings
  readonly #choices
  readonly #login
  readonly #services: MachineServices
  readonly #feeds: Feeds
  readonly #tray: AppTray
  readonly #window: MainWindow
  readonly #notifier: Notifier
  readonly #notices: NodeNotices
  readonly #decisions: DecisionNotices
  readonly #watch: MeshWatch
  #t: Translate = translator(createI18n('en'))
  #closeIpc: () => void = () => undefined
  #hasTray = false
  #mesh: MeshView | undefined
  #access: MeshAccess | undefined
  #link: JoinLink | null = null
  /** The page has asked how things stand: from then on it hears what is pushed. */
  #pageListens = false
  #open: OpenView | undefined

  constructor(deps: DesktopAppDeps) {
    const { home, log, places } = deps
    const clock = systemClock
    this.#deps = deps
    this.#settings = openDesktopSettings({ home, clock })
    this.#choices = new ChoicesFile(home.data)
    const vault = new SecretVault({ dataDir: home.data, keychain: safeStorage })
    this.#login = openAtLogin({
      platform: process.platform,
      app,
      env: process.env,
      userHome: homedir(),
      command: app.isPackaged ? [process.execPath] : [process.execPath, places.root],
    })
    this.#services = new Services({
      clock,
      log,
      choices: this.#choices,
      tokens: {
        read: (url) => vault.read(`operator ${url}`),
        write: (url, token) => vault.write(`operator ${url}`, token),
      },
      facts: () => this.#facts(),
      ...openServices({
        ...{ home, clock, log, settings: this.#settings, version: app.getVersion(), webRoot: places.web },
        env: process.env,
        tellPassword: (password) => this.#tellPassword(password),
      }),
    })
    this.#feeds = new Feeds({ access: () => this.#services.access, push: (push) => this.#push(push) })
    this.#notifier = new Notifier((view) => (view ? this.#goTo(view) : this.show()))
    const telling = {
      clock,
      t: () => this.#t,
      // Who looks at the window sees it there.
      notify: (notice: Notice): void => {
        if (!this.#window.isVisible) this.#notifier.notify(notice)
      },
    }
    this.#notices = new NodeNotices(telling)
    this.#decisions = new DecisionNotices(telling)
    this.#watch = new MeshWatch({
      log,
      changed: (mesh) => {
        this.#mesh = mesh
        app.setBadgeCount(mesh?.decisions ?? 0)
        this.#showTray()
      },
      nodeMoved: (node, online) => this.#notices.heard(node, online),
      messageMoved: (id, interrupted) => this.#decisions.heard(id, interrupted),
    })
    this.#tray = new AppTray({
      images: places.trayImages,
      platform: process.platform,
      act: (action) => this.#act(action),
      clicked: () => this.show(),
    })
    this.#window = new MainWindow({
      clock,
      preload: places.preload,
      icon: process.platform === 'linux' ? places.icon : undefined,
      keepHiddenMs: () => this.#choices.now.keep_hidden_window_s * 1_000,
      hasTray: () => this.#hasTray,
      onHidden: () => this.#tellHidden(),
      onGone: () => {
        this.#pageListens = false
        this.#feeds.closeAll()
      },
    })
  }

  /** Window and tray first, so that a person sees something while coordinator and node come up. */
  async start(): Promise<void> {
    const { log, places, argv } = this.#deps
    protocol.handle(appScheme, serveFiles(places.web))
    guardSession(session.defaultSession)
    Menu.setApplicationMenu(process.platform === 'darwin' ? macMenu() : null)
    await this.#choices.load()
    this.#settings.read()
    this.#speak()
    this.#hasTray = (await hasTray(process.platform)) && this.#tray.start()
    this.#closeIpc = serveIpc({ doors: this.#doors(), log })
    this.#services.onChange((state) => this.#changed(state))
    this.#showTray()
    const hidden = argv.includes(hiddenSwitch) || app.getLoginItemSettings().wasOpenedAtLogin
    if (!hidden) this.show()
    else if (!this.#hasTray) this.#window.showMinimized()
    await this.#services.start()
  }

  async stop(): Promise<void> {
    this.#window.letGo()
    this.#notices.stop()
    this.#decisions.stop()
    this.#feeds.closeAll()
    this.#closeIpc()
    this.#watch.stop()
    await this.#services.stop()
    this.#tray.stop()
  }

  show(): void {
    this.#window.show()
  }

  /** A `claw-mesh://` link was opened. It is shown; nothing is joined by it. */
  openLink(text: string): void {
    try {
      this.#link = readJoinLink(text, this.#t).link
      this.#goTo({ view: 'join' })
      this.#push({ type: 'desktop.join_link', link: this.#link })
    } catch (error) {
      const problem = MeshError.wrap(error)
      this.show()
      this.#notifier.notify({ title: this.#t('desktop:notice.failed'), body: problem.message })
      this.#push({ type: 'desktop.join_link', problem: problem.toBody() })
    }
  }

  #doors() {
    const handlers = desktopHandlers({
      services: this.#services,
      settings: this.#settings,
      login: this.#login,
      takeLink: () => {
        const link = this.#link
        this.#link = null
        return link
      },
      settingsChanged: () => {
        this.#speak()
        this.#services.refresh()
      },
    })
    return {
      mesh: meshDoor({ access: () => this.#services.access }),
      feed: this.#feeds.door,
      desktop: desktopDoor({
        ...handlers,
        'desktop.state': (input) => {
          this.#pageReady()
          return handlers['desktop.state'](input)
        },
      }),
    }
  }

  #changed(state: DesktopState): void {
    const { access } = this.#services
    if (access?.url !== this.#access?.url || access?.token !== this.#access?.token) {
      this.#feeds.closeAll(movedOn())
      this.#watch.follow(access)
    }
    this.#access = access
    this.#push({ type: 'desktop.changed', state })
    this.#showTray()
  }

  #act(action: TrayAction): void {
    if (action.do === 'quit') app.quit()
    else if (action.do === 'open') this.#goTo(action.view)
    else this.#try(action)
  }

  #try(action: StateAction): void {
    this.#change(action).catch((error: unknown) => {
      const { message, hint = '' } = MeshError.wrap(error)
      this.#notifier.notify({ title: this.#t('desktop:notice.failed'), body: `${message} ${hint}`.trim() })
      // The system ticked the box by itself.
      this.#showTray()
    })
  }

  #change(action: StateAction): Promise<DesktopState> {
    const services = this.#services
    if (action.do === 'host') return services.setHost(action.on)
    if (action.do === 'join') return services.setJoin(action.input)
    if (action.do === 'pause') return services.setPaused(action.input)
    if (action.do === 'start_at_login') return setStartAtLogin(services, this.#login, action.on)
    return services.setPaused({ on: true, for_s: untilTomorrow(new Date()) })
  }

  #goTo(view: OpenView): void {
    this.show()
    if (this.#pageListens) this.#push({ type: 'desktop.open', open: view })
    else this.#open = view
  }

  #pageReady(): void {
    this.#pageListens = true
    const view = this.#open
    this.#open = undefined
    // After the answer to the call that said so.
    if (view) setImmediate(() => this.#push({ type: 'desktop.open', open: view }))
  }

  #push(push: IpcPush): void {
    pushTo(this.#window.contents, push)
  }

  #showTray(): void {
    this.#tray.show({ desktop: this.#services.state, mesh: this.#mesh }, this.#t)
  }

  #speak(): void {
    const language = pickLanguage(this.#settings.read().language, process.env, app.getLocale())
    this.#t = translator(createI18n(language))
  }

  #facts() {
    const warnings = this.#settings.warnings().map(({ line, text }) => `settings.yaml:${line}: ${text}`)
    const moved = this.#settings.setAside()
    return {
      start_at_login: this.#login.isOn(),
      has_tray: this.#hasTray,
      version: app.getVersion(),
      settings_warnings: moved === undefined ? warnings : [...warnings, moved],
    }
  }

  #tellHidden(): void {
    if (this.#choices.now.told_hidden) return
    const t = this.#t
    this.#notifier.notify({ title: t('desktop:notice.hidden_title'), body: t('desktop:notice.hidden') })
    this.#choices
      .change({ told_hidden: true })
      .catch((error: unknown) => this.#deps.log.warn({ err: error }, 'desktop.json'))
  }

  #tellPassword(password: string): void {
    const t = this.#t
    const message = { type: 'info', message: t('desktop:notice.password_title') } as const
    dialog
      .showMessageBox({ ...message, detail: t('desktop:notice.password', { password }) })
      .catch(() => this.#deps.log.warn({}, 'The page password could not be shown.'))
  }
}

/** macOS takes copy and paste from the menu. */
const macMenu = () => Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])

const movedOn = (): MeshError =>
  new MeshError('coordinator_unreachable', 'This window works on another coordinator now.', {
    hint: 'It connects by itself.',
  })
