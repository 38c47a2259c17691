import { html } from 'hono/html'
import type { AppError } from '#kernel'
import type { Html } from './layout.ts'

/** Small pieces that several pages of a workspace are made of. */
export function hidden(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}">`
}

/** A button that does one thing to one thing, as a form of its own. */
export function actButton(act: { to: string; csrf: string; text: string; name: string; look?: string }): Html {
  return html`<form method="post" action="${act.to}">${hidden('csrf', act.csrf)}
<button class="${act.look ?? 'quiet'}" aria-label="${act.text} ${act.name}">${act.text}</button></form>`
}

/** Choices under one heading; the sentence of an error that is about them stands between. */
export function group(
  of: { field: string; legend: string; error: AppError | undefined; hint?: string },
  body: Html,
): Html {
  return html`<fieldset class="group group-${of.field}" ${isAbout(of.error, of.field) ? html`aria-describedby="error-${of.field}"` : ''}>
<legend>${of.legend}</legend>${of.hint === undefined ? '' : html`<p class="hint">${of.hint}</p>`}
${fieldError(of.error, of.field)}${body}</fieldset>`
}

/** The sentence of an error beside the field that it is about, else nothing. */
export function fieldError(error: AppError | undefined, field: string): Html | '' {
  if (!isAbout(error, field)) return ''
  return html`<p class="field-error" id="error-${field}" role="alert">${error?.message}</p>`
}

/** For an error that is about none of the fields of the page. */
export function otherError(error: AppError | undefined, fields: readonly string[]): Html | '' {
  if (error === undefined || fields.some((field) => isAbout(error, field))) return ''
  return html`<p class="warning" role="alert">${error.message}</p>`
}

/** Errors say `stores` and `definition.stores.0` too where the form says `store`. */
function isAbout(error: AppError | undefined, field: string): boolean {
  const [first = ''] = (error?.field ?? '').replace(/^definition\./, '').split('.')
  return first !== '' && (first === field || first === `${field}s`)
}

/** `checked` where it is so. */
export function checked(isChecked: boolean): Html | '' {
  return isChecked ? html`checked` : ''
}
