/** The settings file as `init` writes it: every key with its default and what it means. */
import { defaultSettings } from '../../contract/settings.ts'

const { coordinator, gateway, language } = defaultSettings

export const settingsTemplate = `# claw-mesh settings. Change a value and start the coordinator or node again.
# A key that is missing or wrong falls back to its default; \`claw-mesh doctor\` names the line.

coordinator:
  # Port of the web page, the API and the nodes' links.
  port: ${coordinator.port}
  # Join the gateway of this machine too when the coordinator starts.
  local_node: ${coordinator.local_node}
  # How long messages that ended are kept.
  retention_days: ${coordinator.retention_days}
  # When nobody can say whether a node did its work: ask (you decide), rerun or fail.
  on_interrupt: ${coordinator.on_interrupt}
  # When an attempt failed and left nothing behind: next (any node), wait (for the same node) or fail.
  on_failure: ${coordinator.on_failure}

node:
  # Empty: the machine's host name.
  name: ""
  # Your own labels, for \`claw-mesh send --tag\`.
  tags: []

gateway:
  # auto (finds OpenClaw), openclaw-rpc, openai or demo.
  adapter: ${gateway.adapter}
  # For openai: base URL that ends in /v1. For openclaw-rpc: ws:// URL; empty finds it.
  url: ""
  # For openai: which model to ask for.
  model: ""
  # OpenClaw agent that answers.
  agent: ${gateway.agent}
  # Turns at once, for gateways that do not say.
  slots: ${gateway.slots}

# system, en or zh-CN.
language: ${language}
`
