export { attackMark, attackTurns } from "./attack-turns.ts";
export { attacksOn, type Attack, type AttackAim, type AttackTargets } from "./attacks.ts";
export { openAttackField, type AttackField } from "./attack-field.ts";
export { startNaiveProxy, type NaiveProxy } from "./naive-proxy.ts";
