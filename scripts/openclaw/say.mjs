// What the harness tells a person: on stderr, because stdout carries its one line of JSON.
export const say = (...words) => process.stderr.write(`[openclaw-harness] ${words.join(' ')}\n`)
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
