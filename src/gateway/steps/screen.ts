import { AppError, randomBytesPooled } from '#kernel'
import { QUARANTINE_TREATMENTS, treatments } from '#policy'
import { compilePlan, type Plan, screen as rebuild } from '#screen'
import { type Call, found, isQuarantined } from '../call.ts'
import { catalogue } from '../wire.ts'

const plans = new Map<string, Plan>(catalogue.map((tool) => [tool.name, compilePlan(tool.output)]))

/** Rebuilds the answer from its labelled schema; an answer that does not fit is withheld. */
export function screen(call: Call): void {
  const { value } = found(call.answer)
  const { entry, role } = call.visitor
  const shown = isQuarantined(entry) ? QUARANTINE_TREATMENTS : treatments(role)
  const screened = rebuild(found(plans.get(call.toolName)), value, { ...shown, delimiter: delimiter() })
  if (Object.keys(screened.value).length === 0) {
    throw new AppError('store_bad_answer', 'The store gave an answer that Tillgate cannot show; tell the merchant.')
  }
  call.screened = screened
}

/** Six characters that a stranger's text cannot know. */
function delimiter(): string {
  return randomBytesPooled(5).readUIntBE(0, 5).toString(36).padStart(6, '0').slice(-6)
}
