// Starts the kontor that KONTOR_BIN names, with the content types in schemas/, an empty store and accounts of its own; or with the sample portal.
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const password = "a password of some length";
export const schemas = join(dirname(fileURLToPath(import.meta.url)), "schemas");

export async function startKontor({ demo = false } = {}) {
  const binary = process.env.KONTOR_BIN;
  if (!binary) throw new Error("KONTOR_BIN must name the built kontor; scripts/test does that");
  const [, servers, options = ""] = process.env.KONTOR_TEST_STORE?.match(/^(mongodb[^/]*\/\/[^/?]+)[^?]*(\?.*)?$/) ?? [];
  if (servers && !demo) process.env.KONTOR_STORE = `${servers}/kontor_test_${randomBytes(8).toString("hex")}${options}`; // stays there
  const data = mkdtempSync(join(tmpdir(), "kontor-clients-"));
  const run = (args, input) => execFileSync(binary, [...args, "--data", data], { input, encoding: "utf8" }).trim();
  const addUser = (email, role) => run(["user", "add", "--email", email, "--role", role, "--password-stdin"], password);
  if (!demo) {
    addUser("admin@example.org", "admin");
    addUser("editor@example.org", "editor");
  }

  const args = ["serve", "--addr", "127.0.0.1:0", "--data", data, "--log-format", "json"];
  const server = spawn(binary, [...args, ...(demo ? ["--demo"] : ["--schemas", schemas])], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const log = [];
  const ended = new Promise((resolve) => server.once("exit", (code, signal) => resolve(code ?? signal)));
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: server.stderr }).on("line", (line) => {
      log.push(line);
      const entry = line.startsWith("{") ? JSON.parse(line) : {};
      if (entry.msg === "listening") resolve(entry.url);
    });
    ended.then((how) => reject(new Error(`kontor ended with ${how}:\n${log.join("\n")}`)));
  });
  // Made while the server runs, as an operator would.
  const token = (role) => run(["token", "create", "--name", `clients as ${role}`, "--role", role]);
  return {
    api: `${url}/api`,
    search: `${url}/search`,
    run, // a command beside the server, on its data; gives what it prints
    tokens: { admin: token("admin"), editor: token("editor"), site: token("site") },
    async stop() {
      server.kill("SIGTERM");
      const how = await ended;
      rmSync(data, { recursive: true, force: true });
      const broken = log.filter((line) => /"level":"ERROR"|panic/.test(line));
      if (how !== 0 || broken.length > 0) throw new Error(`kontor ended with ${how}:\n${log.join("\n")}`);
    },
  };
}
