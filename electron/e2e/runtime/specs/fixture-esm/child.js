process.send([process.versions.electron ?? null, process.type ?? null, process.env.ELECTRON_RUN_AS_NODE ?? null])
