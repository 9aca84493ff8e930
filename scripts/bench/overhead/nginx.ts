/** nginx as a plain reverse proxy with least_conn, kept-alive both ways; from Debian where it is missing and may be installed. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { freePort, start, until } from '../lib/processes.ts'
import type { System, Upstream } from './system.ts'

const places = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx', '/usr/local/bin/nginx']

function ensureNginx(): string {
  const there = (): string | undefined => places.find((place) => existsSync(place))
  const found = there()
  if (found !== undefined) return found
  if (process.platform === 'linux' && existsSync('/usr/bin/apt-get')) {
    console.error('Installing nginx with apt-get …')
    const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
    for (const args of [
      ['apt-get', 'update', '-qq'],
      ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'nginx'],
    ]) {
      const [program = '', ...rest] = [...sudo, ...args]
      spawnSync(program, rest, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      })
    }
  }
  const now = there()
  if (now !== undefined) return now
  throw new Error('The bench needs nginx to compare with: install it.')
}

export async function startNginx(dir: string, upstream: Upstream): Promise<System> {
  const program = ensureNginx()
  const port = await freePort()
  const own = path.join(dir, 'nginx')
  mkdirSync(own)
  const config = path.join(own, 'nginx.conf')
  writeFileSync(config, configOf({ own, port, upstream }))
  // Alone in its folder; a `user` line would only be read by root, and its workers keep the one they have.
  const started = start(program, ['-c', config, '-p', own, '-e', path.join(own, 'error.log')])
  const origin = `http://127.0.0.1:${port}`
  await until('nginx', async () => (await fetch(`${origin}/v1/models`)).ok)
  return {
    name: 'nginx least_conn',
    origin,
    headers: {},
    model: upstream.model,
    started: [started],
    stop: () => started.stop(),
  }
}

const configOf = ({ own, port, upstream }: { own: string; port: number; upstream: Upstream }): string => `
daemon off;
worker_processes auto;
pid ${own}/nginx.pid;
error_log ${own}/error.log warn;
events { worker_connections 1024; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${own}/${kind};`).join('\n  ')}
  keepalive_requests 1000000;
  upstream models {
    least_conn;
    server ${new URL(upstream.origin).host};
    keepalive 64;
    keepalive_requests 1000000;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://models;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`
