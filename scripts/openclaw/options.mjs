// Command line of the harness.
const flags = new Set(['keep', 'warm', 'no-http', 'plugins', 'detached', 'install-only', 'allow-network', 'help'])
const values = new Set([
  'count',
  'names',
  'base-port',
  'port-step',
  'ports',
  'tokens',
  'llm-port',
  'root',
  'config',
  'timeout',
])

export function readOptions(argv) {
  const opts = {}
  for (let i = 0; i < argv.length; i++) {
    const [, name, inline] = /^--([a-z-]+)(?:=(.*))?$/s.exec(argv[i]) ?? []
    if (flags.has(name)) opts[name] = true
    else if (values.has(name)) {
      const value = inline ?? argv[++i]
      if (value === undefined) throw new Error(`--${name} needs a value`)
      opts[name] = value
    } else throw new Error(`unknown option ${argv[i]}`)
  }
  return opts
}

export const list = (text) =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
