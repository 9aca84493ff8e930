// Who may import whom: every row of the table in docs/architecture.md as a rule. A rule is generated
// from the row's allow-list, so that a new folder is forbidden everywhere until it is given a row.
const ours = 'shared|electron|renderer'
const test = '[.](integration[.]|e2e[.]|gateway[.])?test[.]tsx?$|^(shared|renderer)/testing/|^electron/e2e/'

/** One row of the table: `folder` may import itself and what `allowed` names, nothing else of ours. */
const row = (folder, ...allowed) => ({
  name: `${folder}-imports`,
  comment: `${folder} may import ${allowed.length ? allowed.join(', ') : 'nothing of ours'}`,
  severity: 'error',
  from: { path: `^${folder}/`, pathNot: test },
  to: { path: `^(${ours})/`, pathNot: [folder, ...allowed].map((place) => `^${place}/`) },
})
const forbid = (name, from, to, fromNot = test) => ({
  name,
  severity: 'error',
  from: { path: from, ...(fromNot ? { pathNot: fromNot } : {}) },
  to,
})

const contract = 'shared/contract'
const domain = 'shared/domain'
const core = 'shared/core'
const i18n = 'shared/i18n'

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    row(contract),
    row(i18n),
    row(domain, contract),
    row(core, contract, domain),
    row('shared/cli', contract, domain, core, i18n),
    row('shared/testing', contract, domain, core),
    row('electron/preload', contract),
    row('electron/settings', contract, domain, core),
    row('electron/shell', contract, domain, core, i18n),
    row('electron/ipc', contract, domain, core, 'electron/settings', 'electron/shell'),
    row('electron/main', contract, domain, core, i18n, 'electron/settings', 'electron/shell', 'electron/ipc'),
    row('renderer/client', contract),
    row('renderer/stores', contract, domain, 'renderer/client'),
    row('renderer/ui'),
    row('renderer/features', contract, domain, i18n, 'renderer/stores', 'renderer/ui'),
    row('renderer/app', contract, i18n, 'renderer'),
    // What launches the built app sees none of its source, only what every test may use.
    forbid('e2e-launches-the-built-app', '^electron/e2e/', { path: '^(electron/(?!e2e/)|renderer/)' }, null),
    forbid('app-without-its-tests', '^(electron|renderer|shared)/', { path: '^electron/e2e/' }, '^electron/e2e/'),
    forbid('features-are-strangers', '^renderer/features/([^/]+)/', {
      path: '^renderer/features/',
      pathNot: '^renderer/features/$1/',
    }),
    forbid('universal-has-no-platform', `^(${contract}|${domain}|${i18n})/`, { dependencyTypes: ['core'] }),
    forbid('shared-without-shell', '^shared/', { path: 'node_modules/(electron|electron-store|react|react-dom)/' }),
    forbid('window-without-node', '^renderer/', { path: 'node_modules/(electron|fastify|ws|systeminformation)/' }),
    forbid('window-cannot-reach-core', '^renderer/', { path: `^${core}/`, reachable: true }),
    forbid('fakes-are-for-tests', `^(${ours})/`, { path: '^(shared|renderer)/testing/' }),
    forbid('tests-are-not-imported', `^(${ours})/`, { path: '[.]test[.]tsx?$' }, null),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    // The test runtime stands for Electron's executable: build.ts bundles it with modules that exist in the bundle only.
    exclude: { path: '^(dist|node_modules/.cache|electron/e2e/runtime/(src|specs))/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.css', '.json'],
    },
  },
}
