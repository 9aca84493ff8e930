import { expect, it } from 'vitest'
import { findTools, type ToolSearch } from './tools.ts'

/** A machine as a list of the files that can be run on it. */
function machine(platform: string, PATH: string, files: string[], links: Record<string, string> = {}): ToolSearch {
  return {
    platform,
    env: { PATH },
    readdir: async (folder) => {
      const inside = files.map((file) => file.replace(/^-/, '')).filter((file) => file.startsWith(`${folder}/`))
      if (inside.length === 0) throw new Error('ENOENT')
      return inside.map((file) => file.slice(folder.length + 1))
    },
    access: async (file) => {
      if (!files.includes(file)) throw new Error('EACCES')
    },
    readlink: async (file) => {
      const to = links[file]
      if (to === undefined) throw new Error('ENOENT')
      return to
    },
  }
}

it('finds what is on PATH, and not what is elsewhere or may not be run', async () => {
  const search = machine('linux', '/usr/bin:/opt/x', ['/usr/bin/docker', '/opt/x/ffmpeg', '-/opt/x/git', '/srv/go'])
  expect(await findTools(search)).toEqual(['docker', 'ffmpeg'])
})

it('looks where Homebrew installs even if a service manager’s PATH leaves it out', async () => {
  expect(await findTools(machine('darwin', '/usr/bin:/bin', ['/opt/homebrew/bin/brew']))).toEqual(['brew'])
})

it('ignores relative and empty folders of PATH', async () => {
  expect(await findTools(machine('linux', ':.:bin', ['./git', 'bin/git', '/git']))).toEqual([])
})

it('does not take the stand-ins of a Mac without developer tools for the real ones', async () => {
  const shims = ['/usr/bin/git', '/usr/bin/python3', '/usr/bin/xcodebuild', '/usr/bin/ssh']
  expect(await findTools(machine('darwin', '/usr/bin', shims))).toEqual(['ssh'])
  const developer = '/Library/Developer/CommandLineTools'
  const withTools = machine('darwin', '/usr/bin', [...shims, `${developer}/usr/bin/git`], {
    '/var/db/xcode_select_link': developer,
  })
  expect(await findTools(withTools)).toEqual(['git', 'ssh'])
})

it('knows Xcode on a Mac only', async () => {
  const xcodebuild = '/Applications/Xcode.app/Contents/Developer/usr/bin/xcodebuild'
  expect(await findTools(machine('darwin', '/usr/bin', [xcodebuild]))).toEqual(['xcode'])
  expect(await findTools(machine('linux', '/usr/bin', ['/usr/bin/xcodebuild']))).toEqual([])
})

it('knows the endings of Windows', async () => {
  const search = machine('win32', 'C:\\tools;D:\\bin', ['C:\\tools/git.exe'])
  const access = async (file: string) => expect(file.replace('/', '\\')).toBe('C:\\tools\\git.exe')
  expect(await findTools({ ...search, access })).toEqual(['git'])
})
