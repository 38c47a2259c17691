import { Empty } from '../ui/states.tsx'

export function NotHere() {
  return (
    <main className="mx-auto max-w-xl p-6">
      <h1 className="mb-4">Nothing here</h1>
      <Empty title="There is nothing at this address">
        <p>
          The address is wrong, or it is not for this account.{' '}
          <a className="text-act underline" href="/console">
            To the start page
          </a>
        </p>
      </Empty>
    </main>
  )
}
