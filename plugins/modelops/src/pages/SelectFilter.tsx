import { SelectField, type SelectFieldProps } from '../parts/SelectField';

/** A list to narrow a table down; the empty value is for all. */
export function SelectFilter(props: SelectFieldProps) {
  return <SelectField {...props} options={[['', 'All'], ...props.options]} />;
}
