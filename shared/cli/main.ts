/** The `claw-mesh` command. */
import { openSink } from './output/sink.ts'
import { run } from './run.ts'
import { processSignals } from './signals.ts'

// A reader that has seen enough (`claw-mesh nodes | head -1`), or a terminal that was closed, is no error of ours: what
// runs is ended in order, as by a signal.
let readerGone = false
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
    if (!readerGone && process.listenerCount('SIGHUP') === 0) process.exit()
    if (!readerGone) process.emit('SIGHUP', 'SIGHUP')
    readerGone = true
  })
}

process.exitCode = await run(process.argv.slice(2), {
  out: openSink(process.stdout, process.env),
  err: openSink(process.stderr, process.env),
  stdin: process.stdin,
  env: process.env,
  signals: processSignals,
})
