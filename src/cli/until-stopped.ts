/** Resolves at the first SIGINT or SIGTERM. Later ones are ignored: stopping is under way and ends by itself. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.on('SIGINT', () => resolve())
    process.on('SIGTERM', () => resolve())
  })
}
