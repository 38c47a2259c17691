import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'

const Clock = createContext(0)

const TICK_MS = 10_000

/** Gives what is below it the server's time, every ten seconds: the browser's own clock may be wrong. */
export function ClockProvider({ skewMs, children }: { readonly skewMs: number; readonly children: ReactNode }) {
  const [now, setNow] = useState(() => Date.now() + skewMs)
  useEffect(() => {
    const tick = () => setNow(Date.now() + skewMs)
    tick()
    const timer = setInterval(tick, TICK_MS)
    return () => clearInterval(timer)
  }, [skewMs])
  return <Clock value={now}>{children}</Clock>
}

export const useNow = () => useContext(Clock)
