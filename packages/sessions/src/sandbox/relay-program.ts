const SHELL = "/bin/sh";

/**
 * The relays' whole program; commands and paths are its arguments and never part of this text. For each port it starts
 * a relay to a socket, waits until all listen, and becomes the command. A relay that does not come up ends it, so that
 * nothing runs half connected; descriptor 3 then says nothing of an `exit-code`, because the sandbox is told to.
 */
const PROGRAM = `
socat=$1
shift
ports=
while [ "$1" != -- ]; do
  { "$socat" "TCP6-LISTEN:$1,ipv6only=0,fork,reuseaddr,backlog=4096" "UNIX-CONNECT:$2" ||
    exec "$socat" "TCP4-LISTEN:$1,bind=127.0.0.1,fork,reuseaddr,backlog=4096" "UNIX-CONNECT:$2"
  } </dev/null >/dev/null 2>&1 3>&- 4>&- &
  ports="$ports $1"
  shift 2
done
shift
for port in $ports; do
  tries=0
  until "$socat" -u OPEN:/dev/null "TCP4:127.0.0.1:$port" 2>/dev/null 3>&- 4>&-; do
    tries=$((tries + 1))
    [ "$tries" -lt 400 ] || { echo '{"relay":"failed"}' >&3; exit 125; }
  done
done
exec "$@" 3>&-
`;

/** What the relays' program says on descriptor 3 when it could not connect the sandbox. */
export const RELAY_FAILED = '"relay":"failed"';

/** A port of loopback inside, and the socket that it leads to. */
export interface Relay {
  readonly port: number;
  readonly socket: string;
}

/** The command that brings up `relays` and becomes `argv`. */
export function relayCommand(socat: string, relays: readonly Relay[], argv: readonly string[]): readonly string[] {
  const pairs = relays.flatMap(({ port, socket }) => [String(port), socket]);
  return [SHELL, "-c", PROGRAM, "orch-relay", socat, ...pairs, "--", ...argv];
}
