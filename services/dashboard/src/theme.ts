// Light or dark: the system's, unless somebody chose here.

import { useEffect, useState } from "preact/hooks";

export type Theme = "system" | "light" | "dark";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];
const KEY = "theme";

function kept(): Theme {
  try {
    return THEMES.find((one) => one === localStorage.getItem(KEY)) ?? "system";
  } catch {
    return "system"; // a browser that keeps nothing
  }
}

/** The theme, and what changes it. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(kept);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      return; // it is this page's alone, then
    }
  }, [theme]);
  return [theme, setTheme];
}
