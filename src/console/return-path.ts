const START = '/console'

/** A path of ours to go on to after sign-in; anything else, another host above all, becomes the start page. */
export function returnPath(base: string, wanted: string): string {
  if (!wanted.startsWith('/') || !URL.canParse(wanted, base)) return START
  const { origin, pathname, search } = new URL(wanted, base)
  const isOurs = origin === new URL(base).origin && (pathname === START || pathname.startsWith(`${START}/`))
  return isOurs ? pathname + search : START
}

/** The address of a page that comes back to `to` when it is done. */
export function via(page: 'sign-in' | 'second-factor' | 'enrol', to: string): string {
  return `${START}/${page}?${new URLSearchParams({ return: to })}`
}
