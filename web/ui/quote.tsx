/** A stranger's words: what an agent, a client or a store wrote or calls itself. Hidden characters come written out. */
export function Quote({ text }: { readonly text: string }) {
  return (
    // Clipped, so that piled-up accents do not cover the lines around it.
    <q className="inline-block max-w-full overflow-clip break-words align-bottom [quotes:'“'_'”']">
      <bdi>{text}</bdi>
    </q>
  )
}

/** Longer words of a stranger, in a box that says whose they are. Nothing in it is ever rendered. */
export function QuoteBox({ text, whose }: { readonly text: string; readonly whose: string }) {
  return (
    <figure className="rounded-md border border-line bg-sunken p-3">
      <figcaption className="mb-1 text-muted text-xs">{whose}</figcaption>
      <blockquote className="whitespace-pre-wrap break-words font-mono text-[0.8125rem]">
        <bdi>{text}</bdi>
      </blockquote>
    </figure>
  )
}
