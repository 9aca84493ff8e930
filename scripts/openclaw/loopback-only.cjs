// Preloaded into a gateway under test (node --require): refuses every name look-up and every
// connection that does not stay on this machine. OpenClaw asks hosted catalogues by itself (after a
// first turn, for one) and has no setting that stops all of it; a test must not depend on the net.
// Each refused host is named once on stderr.

const dns = require('node:dns')
const net = require('node:net')
const { syncBuiltinESMExports } = require('node:module')

const told = new Set()

function local(host) {
  if (host === undefined || host === null || host === '') return true
  const h = String(host)
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
  return (
    h === 'localhost' ||
    h.endsWith('.localhost') ||
    h === '::1' ||
    h === '::' ||
    h === '0.0.0.0' ||
    /^127\.\d+\.\d+\.\d+$/.test(h) ||
    /^::ffff:127\.\d+\.\d+\.\d+$/.test(h)
  )
}

function refusal(host, code, syscall) {
  if (!told.has(host)) {
    told.add(host)
    process.stderr.write(`[loopback-only] refused ${host}\n`)
  }
  return Object.assign(new Error(`${syscall} ${code} ${host} (loopback only)`), { code, syscall, hostname: host })
}

const lookup = dns.lookup
dns.lookup = function (host, options, callback) {
  if (local(host) || net.isIP(String(host))) return lookup.apply(dns, arguments)
  const cb = typeof options === 'function' ? options : callback
  process.nextTick(cb, refusal(host, 'ENOTFOUND', 'getaddrinfo'))
  return {}
}
const lookupPromise = dns.promises.lookup
dns.promises.lookup = function (host) {
  if (local(host) || net.isIP(String(host))) return lookupPromise.apply(dns.promises, arguments)
  return Promise.reject(refusal(host, 'ENOTFOUND', 'getaddrinfo'))
}
for (const name of Object.keys(dns)) {
  if (!/^(resolve|reverse)/.test(name) || typeof dns[name] !== 'function') continue
  dns[name] = (host, ...rest) => {
    process.nextTick(rest.at(-1), refusal(host, 'ENOTFOUND', name))
  }
  if (dns.promises[name]) dns.promises[name] = (host) => Promise.reject(refusal(host, 'ENOTFOUND', name))
}

const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (...args) {
  const first = Array.isArray(args[0]) ? args[0][0] : args[0]
  const host =
    first && typeof first === 'object'
      ? first.path
        ? undefined
        : first.host
      : typeof args[1] === 'string'
        ? args[1]
        : undefined
  if (local(host)) return connect.apply(this, args)
  this.connecting = true
  process.nextTick(() => this.destroy(refusal(host, 'ECONNREFUSED', 'connect')))
  return this
}

syncBuiltinESMExports()
