import { describeRandom } from "../suites/clock-suite.ts";
import { seededRandom } from "./seeded-random.ts";

describeRandom("seeded random", { make: () => seededRandom(7) });
