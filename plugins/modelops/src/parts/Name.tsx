import { Fragment } from 'react';

export interface NameProps {
  children: string;
}

/** An address or a reference, which a narrow column breaks after `@`, `:` and `/` rather than in the middle of a word. */
export function Name(props: NameProps) {
  return (
    <>
      {props.children.split(/(?<=[@:/])/).map((part, place) => (
        <Fragment key={place}>
          {place > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </>
  );
}
