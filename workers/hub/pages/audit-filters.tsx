import { auditKinds } from '../../../shared/audit.ts'
import { policy } from '../policy.ts'
import { fieldTime, outcomes, type Form } from './audit-query.ts'

/** The form above the audit. It sends itself by GET, so every view has an address. */
export function Filters({ form }: { readonly form: Form }) {
  return (
    <form method="get" action="/audit" class="card filters">
      <Text name="user" label="Person" value={form.user} placeholder="part of the e-mail" />
      <Text name="tool" label="Tool" value={form.tool} placeholder="query_database" />
      <Choice
        name="integration"
        label="Integration"
        value={form.integration}
        options={['hub', ...Object.keys(policy.catalogue)]}
      />
      <Choice name="kind" label="Kind" value={form.kind} options={auditKinds} />
      <Choice name="outcome" label="Outcome" value={form.outcome} options={outcomes} />
      <Text name="text" label="Text" value={form.text} placeholder="anywhere in the row" />
      <label>
        Time
        <select name="span">
          {Object.entries({
            hour: 'last hour',
            day: 'last 24 hours',
            week: 'last 7 days',
            month: 'last 31 days',
          }).map(([value, label]) => (
            <option value={value} selected={value === (form.span ?? 'day')}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <Moment name="from" label="or from (UTC)" at={form.from} />
      <Moment name="to" label="to (UTC)" at={form.to} />
      <div class="actions">
        <button>Show</button>
        <a class="button quiet" href="/audit">
          Reset
        </a>
      </div>
    </form>
  )
}

interface FieldProps {
  readonly name: string
  readonly label: string
  readonly value: string | undefined
}

function Text({ name, label, value, placeholder }: FieldProps & { readonly placeholder: string }) {
  return (
    <label>
      {label}
      <input type="search" name={name} value={value} placeholder={placeholder} maxlength={200} />
    </label>
  )
}

function Choice({
  name,
  label,
  value,
  options,
}: FieldProps & { readonly options: readonly string[] }) {
  return (
    <label>
      {label}
      <select name={name}>
        <option value="">any</option>
        {options.map((one) => (
          <option selected={one === value}>{one}</option>
        ))}
      </select>
    </label>
  )
}

function Moment({
  name,
  label,
  at,
}: {
  readonly name: string
  readonly label: string
  readonly at: number | undefined
}) {
  return (
    <label>
      {label}
      <input type="datetime-local" name={name} value={at === undefined ? '' : fieldTime(at)} />
    </label>
  )
}
