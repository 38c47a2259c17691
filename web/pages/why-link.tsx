import { useSlug } from '../data/use-workspace.ts'

type Link = { readonly to: string; readonly text: string } | undefined

/** To what would change a "no", where it should be changed. */
export function WhyLink({ link }: { readonly link?: Link }) {
  const slug = useSlug()
  if (link === undefined) return null
  return (
    <a href={`/console/w/${slug}${link.to}`} className="text-act underline">
      {link.text}
    </a>
  )
}
