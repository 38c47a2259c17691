import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNotice } from '../ui/notice.tsx'

/**
 * A change that a person makes: runs it, tells what was done, and lets every page ask again. Nothing is shown as done before
 * the server has said so.
 */
export function useAct<Input, Output>(
  act: (input: Input) => Promise<Output>,
  done: string | ((output: Output) => string),
) {
  const queries = useQueryClient()
  const { tell } = useNotice()
  const [error, setError] = useState<Error>()
  const { mutate, isPending } = useMutation({
    mutationFn: act,
    onMutate: () => setError(undefined),
    onError: setError,
    onSuccess: async (output) => {
      tell(typeof done === 'string' ? done : done(output))
      await queries.invalidateQueries()
    },
  })
  return { run: mutate, isRunning: isPending, error, forget: () => setError(undefined) }
}
