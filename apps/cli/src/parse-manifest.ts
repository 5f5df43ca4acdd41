/** The names of a package.json's scripts that do something; none when the text is not one. */
export function parseScripts(text: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("scripts" in value)) return [];
    const { scripts } = value;
    if (typeof scripts !== "object" || scripts === null) return [];
    // What npm init writes only fails.
    return Object.entries(scripts)
      .filter(([, script]) => typeof script === "string" && !script.includes("no test specified"))
      .map(([name]) => name);
  } catch {
    return [];
  }
}
