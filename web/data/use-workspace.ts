import { useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { type Self, selfQuery } from './queries.ts'

/** The slug of the workspace that the address names. */
export function useSlug(): string {
  return useParams({ strict: false }).workspace ?? ''
}

/** Who looks; the frame has fetched it before any page is drawn. */
export function useSelf(): Self {
  return useSuspenseQuery(selfQuery(useSlug())).data
}
