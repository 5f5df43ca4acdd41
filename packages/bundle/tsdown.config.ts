export { default } from "../../.ci/package-build.ts";
