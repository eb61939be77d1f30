import {
  createContext,
  type MutableRefObject,
  useContext,
  useEffect,
} from 'react';

/** Says whether a start is under way in a dialog, which stays open then: closed, nobody would see how it went. */
export const StartingContext = createContext<
  MutableRefObject<boolean> | undefined
>(undefined);

/** Keeps the dialog around a form open while the form starts something. */
export function useKeepOpen(starting: boolean) {
  const underWay = useContext(StartingContext);
  useEffect(() => {
    if (!underWay) return undefined;
    underWay.current = starting;
    return () => {
      underWay.current = false;
    };
  }, [underWay, starting]);
}
