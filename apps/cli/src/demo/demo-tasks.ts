/** A wish of the demo. */
export interface DemoTask {
  readonly title: string;
  readonly body: string;
  /** The position of the task that must be done first. */
  readonly after?: number;
}

/** Two wishes that don't touch each other, and one that needs the first. The recording knows them by their titles. */
export const demoTasks: readonly DemoTask[] = [
  {
    title: "Read weeks and fractions",
    body: [
      "parse should understand weeks (`2w`) and fractions of every unit (`1.5h`), rounded to a whole millisecond.",
      "format must go on writing what it writes now. Add tests. Leave README.md alone; another task writes it.",
    ].join("\n"),
  },
  {
    title: "Round to the largest units",
    body: [
      "format(ms, { most: 2 }) should write at most two units, the last one rounded: 93784005 gives `1d 2h`.",
      "Add tests. Touch only src/format.js and its tests.",
    ].join("\n"),
  },
  {
    title: "Add up spans",
    body: [
      "total(spans) should give the milliseconds of several spans together, in a module of its own:",
      'total(["1w", "1.5h"]) is 610200000. Export it, test it, and show in README.md what is new.',
    ].join("\n"),
    after: 0,
  },
];
