/** Resolves at the first SIGINT or SIGTERM. Later ones are ignored: stopping is under way and ends by itself. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.on('SIGINT', () => resolve())
    process.on('SIGTERM', () => resolve())
  })
}

/** Lets a command end what it began at the first SIGINT or SIGTERM, with the server that it started; a second one ends it at once. */
export function finishFirst(): void {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => {})
}
