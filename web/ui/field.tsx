import { type ComponentProps, type ReactNode, useId } from 'react'

const BOX = 'min-h-9 rounded-md border border-edge bg-surface px-2 text-ink text-sm'

type SelectProps = {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly options: readonly (readonly [value: string, words: string])[]
  /** Whether `/` leads here. */
  readonly isSearch?: boolean
  /** What the first, empty choice says; `any` unless told. */
  readonly any?: string
}

/** The browser's own select: it works everywhere, also with a keyboard and on a phone. */
export function Select({ label, value, onChange, options, isSearch = false, any = 'any' }: SelectProps) {
  return (
    <label className="flex items-center gap-1.5 text-muted text-sm">
      {label}
      <select
        value={value}
        onChange={({ target }) => onChange(target.value)}
        className={`${BOX} max-w-44`}
        {...(isSearch && { 'data-search': '' })}
      >
        <option value="">{any}</option>
        {options.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </label>
  )
}

type FieldProps = ComponentProps<'input'> & {
  readonly label: string
  readonly hint?: ReactNode
  readonly error?: string | undefined
}

/** A field with its label; its error stands beside it and is read with it. */
export function Field({ label, hint, error, className = '', ...rest }: FieldProps) {
  const id = useId()
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block font-medium text-sm">
        {label}
      </label>
      <input
        id={id}
        {...rest}
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
        className={`${BOX} w-full`}
      />
      {hint === undefined ? null : <p className="mt-1 text-muted text-sm">{hint}</p>}
      {error === undefined ? null : (
        <p id={`${id}-error`} role="alert" className="mt-1 text-red text-sm">
          {error}
        </p>
      )}
    </div>
  )
}
