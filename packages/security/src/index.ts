export { redacted } from "./redacted.ts";
export { createRedactor, type RedactorOptions } from "./redactor.ts";
export { secretRules, type SecretRule } from "./secret-rules.ts";
export { childEnvironment, isNeverInherited, isSecretName, type ChildEnvironmentRequest } from "./child-environment.ts";
export { containedPath, isInside } from "./contained-path.ts";
export { replaceFile } from "./replace-file.ts";
export { readRegularFile, type FileRefusal } from "./regular-file.ts";
export { stripTerminal } from "./strip-terminal.ts";
export { neutralise, type HiddenText, type NeutralText } from "./neutralise.ts";
