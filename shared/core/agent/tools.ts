/** Which known programs are on this machine: looked for, never run. */
import { constants } from 'node:fs'
import path from 'node:path'

/** Names as requirements use them, and the programs that prove them. To know another tool, add it here. */
export const knownTools: readonly { readonly name: string; readonly program: string; readonly os?: string }[] = [
  ...[
    ...['git', 'gh', 'make', 'cmake', 'gcc', 'clang', 'go', 'cargo', 'rustc', 'node', 'npm', 'pnpm', 'bun', 'deno'],
    ...['python3', 'pip3', 'uv', 'conda', 'java', 'mvn', 'gradle', 'ruby', 'php', 'perl', 'dotnet', 'swift', 'flutter'],
    ...[
      'docker',
      'podman',
      'kubectl',
      'helm',
      'terraform',
      'ansible',
      'aws',
      'gcloud',
      'az',
      'ssh',
      'rsync',
      'tailscale',
    ],
    ...['nvidia-smi', 'nvcc', 'rocm-smi', 'ollama', 'llama-server', 'vllm', 'lms'],
    ...['ffmpeg', 'magick', 'blender', 'pandoc', 'tesseract', 'yt-dlp', 'sox', 'gs', 'latex', 'libreoffice'],
    ...['psql', 'mysql', 'sqlite3', 'redis-cli', 'jq', 'rg', 'curl', 'wget', 'tmux'],
    ...['adb', 'chromium', 'google-chrome', 'brew', 'apt', 'dnf', 'pacman', 'winget', 'systemctl', 'crontab'],
  ].map((name) => ({ name, program: name })),
  { name: 'xcode', program: 'xcodebuild', os: 'darwin' },
  { name: 'osascript', program: 'osascript', os: 'darwin' },
  { name: 'shortcuts', program: 'shortcuts', os: 'darwin' },
  { name: 'powershell', program: 'powershell', os: 'win32' },
  { name: 'wsl', program: 'wsl', os: 'win32' },
]

/**
 * On macOS these stand in /usr/bin of every machine and do nothing but ask for the developer tools; the real ones are in
 * the developer folder that was chosen.
 */
const macShims = new Set(['git', 'make', 'gcc', 'clang', 'python3', 'pip3', 'swift', 'xcodebuild'])
/** What a service manager leaves out of PATH, but people install into. */
const usualPlaces = ['/opt/homebrew/bin', '/usr/local/bin']
const maxFolders = 100

export interface ToolSearch {
  readonly platform: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly readdir: (folder: string) => Promise<string[]>
  readonly access: (file: string, mode: number) => Promise<void>
  readonly readlink: (file: string) => Promise<string>
}

export async function findTools(search: ToolSearch): Promise<string[]> {
  const folders = await foldersOf(search)
  const listed = await Promise.all(
    folders.map(async (folder) => ({ folder, programs: new Set(await search.readdir(folder).catch(() => [])) })),
  )
  const wanted = knownTools.filter((tool) => tool.os === undefined || tool.os === search.platform)
  const found = await Promise.all(
    wanted.map(async ({ name, program }) => {
      for (const { folder, programs } of listed) {
        if (search.platform === 'darwin' && folder === '/usr/bin' && macShims.has(program)) continue
        for (const file of fileNames(search, program)) {
          if (programs.has(file) && (await canRun(search, folder, file))) return name
        }
      }
      return undefined
    }),
  )
  return found.filter((name) => name !== undefined).sort()
}

async function foldersOf(search: ToolSearch): Promise<string[]> {
  const { platform, env } = search
  const paths = platform === 'win32' ? path.win32 : path.posix
  const named = (env['PATH'] ?? env['Path'] ?? '').split(paths.delimiter)
  if (platform !== 'win32') named.push(...usualPlaces)
  if (platform === 'darwin') {
    const chosen = await search
      .readlink('/var/db/xcode_select_link')
      .catch(() => '/Applications/Xcode.app/Contents/Developer')
    named.push(`${chosen}/usr/bin`)
  }
  return [...new Set(named.filter((folder) => paths.isAbsolute(folder)))].slice(0, maxFolders)
}

const fileNames = (search: ToolSearch, program: string): string[] =>
  search.platform === 'win32' ? ['.exe', '.cmd', '.bat'].map((ending) => program + ending) : [program]

const canRun = (search: ToolSearch, folder: string, file: string): Promise<boolean> =>
  search.access(path.join(folder, file), constants.X_OK).then(
    () => true,
    () => false,
  )
