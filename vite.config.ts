// Builds the window (dist/web) and the command (dist/cli), and configures Vitest. Entry points only: tests never ship.
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// The page is built from its own folder; tests belong to the whole tree.
const root = import.meta.dirname
// Bundled into the command, so that it starts quickly; everything else is loaded from node_modules when needed.
const bundled = [
  'typebox',
  'i18next',
  'yaml',
  'commander',
  'string-width',
  'env-paths',
  /ansi-regex|get-east-asian-width|strip-ansi|is-safe-filename/,
]
const vendors = [
  { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 2 },
  {
    name: 'markdown',
    test: /node_modules[\\/](react-markdown|remark-|micromark|mdast-|hast-|unist-|unified|vfile)/,
    priority: 2,
  },
  { name: 'vendor', test: /node_modules/, priority: 1 },
]
const server = { ssr: true, emptyOutDir: true, copyPublicDir: false, target: 'node24', sourcemap: true }
const slow = { testTimeout: 60_000, hookTimeout: 120_000 }
const desktop = { globalSetup: 'electron/e2e/prepare.ts', maxWorkers: 2, testTimeout: 30_000, hookTimeout: 60_000 }

const coordinator = 'http://127.0.0.1:9180'
const developed = (target: string) => ({ target, changeOrigin: true, headers: { origin: target } })

export default defineConfig({
  root: 'renderer/app',
  plugins: [react(), tailwindcss()],
  builder: {},
  cacheDir: `${root}/node_modules/.vite`,
  environments: {
    client: {
      build: {
        outDir: '../../dist/web',
        emptyOutDir: true,
        assetsInlineLimit: 0,
        sourcemap: false,
        modulePreload: { polyfill: false },
        // What changes seldom stays in the browser's cache when the page is built anew.
        rolldownOptions: { output: { codeSplitting: { groups: vendors } } },
      },
    },
    cli: {
      consumer: 'server',
      resolve: { noExternal: bundled },
      build: {
        ...server,
        outDir: '../../dist/cli',
        rolldownOptions: { input: { main: 'shared/cli/main.ts' } },
      },
    },
    // The desktop app: what starts it, and the script that stands between its window and Electron.
    main: {
      consumer: 'server',
      resolve: { noExternal: [...bundled, 'electron-store'] },
      build: {
        ...server,
        outDir: '../../dist/electron',
        rolldownOptions: { input: { main: 'electron/main/main.ts' }, external: ['electron'] },
      },
    },
    preload: {
      consumer: 'server',
      resolve: { noExternal: true },
      build: {
        ...server,
        outDir: '../../dist/electron',
        // Built after `main`, beside it.
        emptyOutDir: false,
        rolldownOptions: {
          input: { preload: 'electron/preload/preload.ts' },
          external: ['electron'],
          // Sandboxed preload scripts are CommonJS, in one file.
          output: { format: 'cjs', entryFileNames: '[name].cjs' },
        },
      },
    },
  },
  server: {
    // The coordinator takes requests only from its own pages; those of the development server are passed on as such.
    proxy: { '/api': developed(coordinator), '/ws': { ...developed(coordinator), ws: true } },
  },
  test: {
    projects: [
      {
        extends: true,
        root,
        test: {
          name: 'unit',
          include: ['{shared,electron,scripts}/**/*.test.ts', 'renderer/**/*.test.{ts,tsx}'],
          exclude: ['**/*.integration.test.ts', '**/*.gateway.test.ts', '**/*.e2e.test.ts'],
        },
      },
      {
        extends: true,
        root, // Its tests wait more than they work.
        test: { name: 'mesh', include: ['shared/**/*.integration.test.ts'], maxWorkers: 4, ...slow },
      },
      {
        extends: true,
        root,
        test: {
          name: 'gateways',
          include: ['shared/**/*.gateway.test.ts'],
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        root,
        test: {
          name: 'cli',
          include: ['shared/cli/**/*.e2e.test.ts', 'renderer/**/*.e2e.test.ts'],
          fileParallelism: false,
          ...slow,
        },
      },
      // The desktop app, and the runtime that stands in for Electron's binary where it cannot be had.
      {
        extends: true,
        root,
        test: { name: 'desktop-runtime', include: ['electron/e2e/runtime/specs/*.spec.ts'], ...desktop },
      },
      { extends: true, root, test: { name: 'desktop', include: ['electron/e2e/*.spec.ts'], ...desktop } },
    ],
  },
})
