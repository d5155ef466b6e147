// Starts the built kontor and a real browser for the tests of the admin.
import { spawn, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const binary = process.env.KONTOR_BIN ?? "kontor";
const axe = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const shots = new URL("shots/", import.meta.url).pathname;
const password = "ein langer Satz zum Anmelden";

// startServer runs kontor on a free port, with the accounts given as name: flags.
export async function startServer(accounts, ...flags) {
  const data = mkdtempSync(join(tmpdir(), "kontor-admin-"));
  const env = Object.fromEntries(Object.entries(process.env).filter(([k]) => !k.startsWith("KONTOR_")));
  const run = (...args) =>
    execFileSync(binary, [...args, "--data", data, ...flags.filter((f) => f !== "--demo")], { env, input: `${password}\n`, encoding: "utf8" });
  const server = spawn(binary, ["serve", "--addr", "127.0.0.1:0", "--data", data, "--log-format", "json", ...flags], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  const url = await new Promise((resolve, reject) => {
    server.stderr.on("data", (chunk) => {
      log += chunk;
      const found = /"url":"([^"]+)"/.exec(log);
      if (found) resolve(found[1]);
    });
    server.on("exit", (code) => reject(new Error(`kontor ended with ${code}:\n${log}`)));
  });
  for (const [email, role] of Object.entries(accounts)) run("user", "add", "--email", email, "--role", ...role.split(" "), "--password-stdin");
  return {
    url,
    run,
    async stop() {
      server.removeAllListeners("exit");
      const ended = new Promise((resolve) => server.on("exit", resolve));
      server.kill();
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

export function launch() {
  mkdirSync(shots, { recursive: true });
  const quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", ...quiet] });
}

// Visitor is one person at one browser. It notes requests, complaints of the browser and what screen
// readers are told.
export class Visitor {
  static async open(browser, server, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "de-DE", ...options });
    const visitor = new Visitor();
    visitor.server = server;
    visitor.page = await context.newPage();
    visitor.requests = [];
    visitor.complaints = [];
    visitor.page.setDefaultTimeout(15_000);
    visitor.page.on("request", (r) => visitor.requests.push({ method: r.method(), url: r.url() }));
    visitor.page.on("pageerror", (e) => visitor.complaints.push(e.message));
    visitor.page.on("console", (m) => {
      // A failed request is the server's answer, which the tests look at themselves.
      if (m.type() === "error" && !m.text().startsWith("Failed to load resource")) visitor.complaints.push(m.text());
    });
    await visitor.page.addInitScript(() => {
      window.said = [];
      const last = new WeakMap(); // what each live region has said
      new MutationObserver(() => {
        for (const region of document.querySelectorAll('[role="status"], [role="alert"]')) {
          const said = { node: region.firstElementChild, text: region.textContent };
          const before = last.get(region);
          if (before?.node === said.node && before?.text === said.text) continue;
          last.set(region, said);
          if (said.text) window.said.push(said.text);
        }
      }).observe(document, { subtree: true, childList: true, characterData: true });
    });
    return visitor;
  }

  async signIn(email) {
    await this.page.goto(`${this.server.url}/admin/`);
    await this.page.getByLabel("E-Mail-Adresse oder Benutzername").fill(email);
    await this.page.getByLabel("Passwort").fill(password);
    await this.page.keyboard.press("Enter");
    await this.page.locator("#menu").waitFor({ state: "attached" }); // on a phone it is closed
    await this.page.getByRole("heading", { level: 1 }).waitFor();
  }

  async go(path) {
    await this.page.goto(`${this.server.url}/admin${path}`);
    await this.page.getByRole("heading", { level: 1 }).waitFor();
  }

  // heard returns what was announced since it was asked the last time.
  async heard() {
    return this.page.evaluate(() => window.said.splice(0));
  }

  // focused says which element has the focus, once nothing moves it any more.
  async focused() {
    await this.page.waitForTimeout(200);
    return this.page.evaluate(() => document.activeElement.tagName + (document.activeElement.id && `#${document.activeElement.id}`));
  }

  // check looks at the page as it is: no rule of axe broken, no scrolling sideways. It keeps a picture.
  async check(name) {
    await this.page.screenshot({ path: join(shots, `${name}.png`) });
    const broken = await this.page.evaluate(async (source) => {
      if (!window.axe) (0, eval)(source);
      const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
      return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
    }, axe);
    const over = await this.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    return [...broken.map((b) => `${name}: ${b}`), ...(over > 0 ? [`${name}: scrolls sideways by ${over} px`] : [])];
  }

  foreign() {
    return this.requests.map((r) => r.url).filter((u) => !u.startsWith(this.server.url) && !u.startsWith("data:") && !u.startsWith("blob:"));
  }

  close() {
    return this.page.context().close();
  }
}

export { password };
