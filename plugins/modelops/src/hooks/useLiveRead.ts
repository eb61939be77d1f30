import { useCallback, useEffect, useMemo, useReducer } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import type { ModelopsApi } from 'backstage-plugin-modelops-common';
import { modelopsApiRef } from '../api';
import { LiveRead, type LiveReadOptions, type View } from './LiveRead';

/** Per API, so that everything on a page that asks for the same thing shares one request. */
const shared = new WeakMap<ModelopsApi, Map<string, LiveRead<any>>>();

export interface LiveReadRecipe<T>
  extends Omit<LiveReadOptions<T>, 'read' | 'onUnused'> {
  /** Names what is read: equal keys share one read. */
  key: string;
  read: (api: ModelopsApi) => Promise<T>;
  /** The caller has a fresh value, so the first read can wait for the poll interval. */
  soon?: boolean;
}

function findOrCreate<T>(api: ModelopsApi, recipe: LiveReadRecipe<T>) {
  const reads = shared.get(api) ?? new Map<string, LiveRead<T>>();
  shared.set(api, reads);
  const existing = reads.get(recipe.key);
  if (existing) return existing as LiveRead<T>;
  const created: LiveRead<T> = new LiveRead({
    read: () => recipe.read(api),
    isOpen: recipe.isOpen,
    pauseMs: recipe.pauseMs,
    onUnused: () => reads.delete(recipe.key),
  });
  reads.set(recipe.key, created);
  return created;
}

export interface LiveReadResult<T> extends View<T> {
  refresh: () => Promise<void>;
  set: (value: T) => void;
}

/** Reads something through the API and keeps it fresh. Without a recipe, nothing is read. */
export function useLiveRead<T>(
  recipe: LiveReadRecipe<T> | undefined,
): LiveReadResult<T> {
  const api = useApi(modelopsApiRef);
  const key = recipe?.key;
  const soon = recipe?.soon;
  const read = useMemo(
    () => (recipe ? findOrCreate(api, recipe) : undefined),
    // The key stands for the whole recipe.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [api, key],
  );
  const [, rerender] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const unsubscribe = read?.subscribe(rerender, { soon });
    // The answer may have come between rendering and subscribing.
    rerender();
    return unsubscribe;
  }, [read, soon]);
  // These stay the same at each new view, so that an effect that calls one does not run again after its own answer.
  const refresh = useCallback(async () => read?.refresh(), [read]);
  const set = useCallback((value: T) => read?.set(value), [read]);
  return useMemo(
    () => ({ ...(read?.view ?? { reading: false }), refresh, set }),
    // The view is replaced at each change.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [read, read?.view, refresh, set],
  );
}
