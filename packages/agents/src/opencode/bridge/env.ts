/** The environment that the bridge was started with, and one more entry: that of the server which it starts. */
export function environmentWith(name: string, value: string): NodeJS.ProcessEnv {
  return { ...process.env, [name]: value };
}
