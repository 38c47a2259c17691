import { useNavigate } from '@tanstack/react-router'
import type { Live } from '../data/live.ts'
import { count } from '../ui/ago.tsx'
import { Button } from '../ui/button.tsx'

type Props = { readonly live: Live; readonly isLive: boolean; readonly isBack: boolean }

/** Whether the list follows, and how much of what happens it draws. */
export function LiveState({ live, isLive, isBack }: Props) {
  const navigate = useNavigate({ from: '/console/w/$workspace/activity' })
  if (isBack) return <p className="mb-2 text-muted text-sm">An older page: it does not move.</p>
  const turn = () =>
    void navigate({ search: ({ paused: _, ...rest }) => (isLive ? { ...rest, paused: true } : rest), replace: true })
  return (
    <div className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
      <p role="status" className="text-muted">
        {isLive ? STATES[live.state] : 'Paused.'}
        {live.rate >= 1 ? ` ${count(Math.round(live.rate))} calls a second.` : ''}
        {live.leftOut > 0 ? ` ${count(live.leftOut)} more came than are drawn here; all are recorded.` : ''}
      </p>
      <Button onClick={turn}>{isLive ? 'Pause' : 'Follow again'}</Button>
    </div>
  )
}

const STATES: Readonly<Record<Live['state'], string>> = {
  connecting: 'Connecting …',
  live: 'Live: new calls come in at the top.',
  lost: 'The connection was lost; it comes back by itself, and nothing is missed.',
  over: 'You are signed out: nothing more comes in.',
}
