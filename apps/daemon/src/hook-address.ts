import { orchError } from "@orch/core";

/** Where GitHub is to send events: a person may leave the path out. @throws `usage` */
export function hookAddress(written: string): string {
  const url = URL.parse(written);
  if (url !== null && (url.protocol === "https:" || url.protocol === "http:")) {
    if (url.pathname === "/") url.pathname = "/webhook";
    if (url.pathname === "/webhook" || url.pathname === "/github/webhook") return url.href;
  }
  throw orchError("usage", `${JSON.stringify(written.slice(0, 200))} is no address of webhooks`, {
    hint: "It is where GitHub reaches this machine, such as https://tunnel.example/webhook",
  });
}
