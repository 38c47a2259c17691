/** A control of a form, as the server wrote it. */
type Control = {
  readonly kind: string
  readonly name: string
  readonly value: string
  /** For checkboxes, radio buttons and options. */
  readonly isChosen: boolean
}

/** A submit button: what it sends, and what it is called. */
type Button = { readonly name: string; readonly value: string; readonly text: string }

/** A form of one of our pages. */
export type HtmlForm = {
  readonly method: 'GET' | 'POST'
  readonly action: string
  readonly controls: readonly Control[]
  readonly buttons: readonly Button[]
}

/** What a person fills in: a text, or the values to choose of checkboxes and selects. */
export type Filled = Readonly<Record<string, string | readonly string[]>>

/** The forms of a page that we rendered: attributes in quotes, tags closed. Not for HTML of others. */
export function formsOf(html: string): HtmlForm[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(({ 1: head = '', 2: inside = '' }) => {
    const { method, action } = attributesOf(head)
    return {
      method: method?.toUpperCase() === 'POST' ? 'POST' : 'GET',
      action: action ?? '',
      controls: [...inputsOf(inside), ...optionsOf(inside), ...textAreasOf(inside)],
      buttons: buttonsOf(inside),
    }
  })
}

/** What a browser would send. Throws for a field or a choice that the form does not offer. */
export function submission(form: HtmlForm, filled: Filled, button?: { name: string; value: string }): URLSearchParams {
  const offered = new Set(form.controls.map(({ name }) => name))
  const unknown = Object.keys(filled).filter((name) => !offered.has(name))
  if (unknown.length > 0) throw new Error(`the form has no field ${unknown} but ${[...offered]}`)
  const sent = new URLSearchParams()
  for (const name of offered) for (const value of valuesOf(form, name, filled[name])) sent.append(name, value)
  if (button !== undefined && pressed(form, button).name !== '') sent.append(button.name, button.value)
  return sent
}

const CHOICES = new Set(['checkbox', 'radio', 'option'])

function valuesOf({ controls }: HtmlForm, name: string, given: Filled[string] | undefined): readonly string[] {
  const own = controls.filter((control) => control.name === name)
  const choices = own.filter(({ kind }) => CHOICES.has(kind))
  if (choices.length === 0) return given === undefined ? own.map(({ value }) => value) : [given].flat()
  if (given === undefined) return choices.filter(({ isChosen }) => isChosen).map(({ value }) => value)
  const wanted = [given].flat()
  const missing = wanted.filter((value) => !choices.some((choice) => choice.value === value))
  if (missing.length > 0) throw new Error(`${name} offers ${choices.map(({ value }) => value)}, not ${missing}`)
  return wanted
}

function pressed({ buttons }: HtmlForm, wanted: { name: string; value: string }) {
  const button = buttons.find(({ name, value }) => name === wanted.name && value === wanted.value)
  if (button === undefined) throw new Error(`there is no button ${wanted.name}=${wanted.value}`)
  return button
}

function inputsOf(html: string): Control[] {
  const inputs = [...html.matchAll(/<input\b([^>]*)>/g)].map(({ 1: head = '' }) => attributesOf(head))
  return inputs
    .filter(({ type, name, disabled }) => name !== undefined && type !== 'submit' && disabled === undefined)
    .map(({ type: kind = 'text', name = '', value, checked }) => ({
      kind,
      name,
      value: value ?? (CHOICES.has(kind) ? 'on' : ''),
      isChosen: checked !== undefined,
    }))
}

function optionsOf(html: string): Control[] {
  return [...html.matchAll(/<select\b([^>]*)>([\s\S]*?)<\/select>/g)].flatMap(({ 1: head = '', 2: inside = '' }) => {
    const { name = '', multiple } = attributesOf(head)
    const options = [...inside.matchAll(/<option\b([^>]*)>([^<]*)/g)].map(({ 1: own = '', 2: text = '' }) => {
      const { value = decode(text.trim()), selected } = attributesOf(own)
      return { kind: 'option', name, value, isChosen: selected !== undefined }
    })
    const none = multiple === undefined && !options.some(({ isChosen }) => isChosen)
    return options.map((option, index) => (none && index === 0 ? { ...option, isChosen: true } : option))
  })
}

function textAreasOf(html: string): Control[] {
  return [...html.matchAll(/<textarea\b([^>]*)>([\s\S]*?)<\/textarea>/g)].map(({ 1: head = '', 2: text = '' }) => {
    const { name = '' } = attributesOf(head)
    return { kind: 'textarea', name, value: decode(text.replace(/^\n/, '')), isChosen: false }
  })
}

function buttonsOf(html: string): HtmlForm['buttons'] {
  const found = [...html.matchAll(/<button\b([^>]*)>([\s\S]*?)<\/button>/g)]
  return found
    .map(({ 1: head = '', 2: inside = '' }) => ({ attributes: attributesOf(head), shown: textOf(inside) }))
    .filter(({ attributes: { type = 'submit' } }) => type === 'submit')
    .map(({ attributes: { name = '', value = '', 'aria-label': text }, shown }) => ({
      name,
      value,
      text: text ?? shown,
    }))
}

type Attributes = Readonly<Record<string, string | undefined>>

function attributesOf(head: string): Attributes {
  const pairs = head.matchAll(/([a-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g)
  return Object.fromEntries(
    [...pairs].map(([, name, double, single, bare]) => [name, decode(double ?? single ?? bare ?? '')]),
  )
}

/** What a reader sees of a piece of HTML, on one line. */
export function textOf(html: string): string {
  return decode(html.replace(/<(script|style)\b[\s\S]*?<\/\1>/g, '').replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim()
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' }

function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole
    return String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal))
  })
}
