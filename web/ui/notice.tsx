import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react'

type Notices = { readonly tell: (text: string) => void }

const Context = createContext<Notices>({ tell: () => {} })

const SHOWN_MS = 7_000

/** Says what was done, at the foot of the page and to screen readers. */
export function NoticeProvider({ children }: { readonly children: ReactNode }) {
  const [notice, setNotice] = useState<{ text: string; at: number }>()
  const tell = useCallback((text: string) => setNotice({ text, at: Date.now() }), [])
  const value = useMemo(() => ({ tell }), [tell])
  useEffect(() => {
    if (notice === undefined) return
    const timer = setTimeout(() => setNotice(undefined), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [notice])
  return (
    <Context value={value}>
      {children}
      <div role="status" className="fixed inset-x-0 bottom-4 z-20 flex justify-center px-4">
        {notice === undefined ? null : (
          <p className="max-w-prose rounded-md border border-green-line bg-green-ground px-4 py-2 text-green shadow-card">
            {notice.text}
          </p>
        )}
      </div>
    </Context>
  )
}

export const useNotice = () => useContext(Context)
