// Amazon's client with checks that all areas share.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { GlacierClient } from "@aws-sdk/client-glacier";

export const MIB = 1024 * 1024;

// The operations that succeeded.
export const done = new Set();

// Creates a client without retries, so that every failure is visible. Credentials come from the environment.
export function connect(endpoint) {
  const client = new GlacierClient({ endpoint, region: "us-east-1", maxAttempts: 1 });
  const record = (next, context) => async (request) => {
    const answer = await next(request);
    done.add(context.commandName.replace(/Command$/, ""));
    return answer;
  };
  client.middlewareStack.add(record, { step: "initialize" });
  return client;
}

// Sends a command and asserts the status of the answer.
export async function send(client, status, command) {
  const answer = await client.send(command);
  assert.equal(answer.$metadata.httpStatusCode, status, command.constructor.name);
  assert.equal(answer.$metadata.requestId?.length, 47, `request ID of ${command.constructor.name}`);
  return answer;
}

// Sends a command that must be refused, and checks the client's error.
export async function refused(client, name, status, reason, command) {
  const what = `${command.constructor.name} is refused`;
  const notRefused = `${command.constructor.name} was not refused with ${name}`;
  const error = await client.send(command).then(() => assert.fail(notRefused), (refusal) => refusal);
  assert.equal(error.name, name, `${what}: ${error}`);
  assert.equal(error.$metadata.httpStatusCode, status, what);
  assert.equal(error.$fault, "client", what);
  assert.ok(error.message.includes(reason), `${what}: the message '${error.message}' does not contain '${reason}'`);
  if (error.constructor.name === name) {
    assert.equal(error.code, name, what);
    assert.equal(error.type, "Client", what);
  }
}

export const invalid = (client, reason, command) =>
  refused(client, "InvalidParameterValueException", 400, reason, command);

export const missing = (client, reason, command) =>
  refused(client, "MissingParameterValueException", 400, reason, command);

export const notFound = (client, reason, command) =>
  refused(client, "ResourceNotFoundException", 404, reason, command);

export const denied = (client, reason, command) =>
  refused(client, "AccessDeniedException", 403, reason, command);

export const content = (length) => randomBytes(length);

// Computes the tree hash independently of the code under test.
export function treeHash(bytes) {
  const hash = (...parts) => parts.reduce((sum, part) => sum.update(part), createHash("sha256")).digest();
  let nodes = [];
  for (let at = 0; at < bytes.length; at += MIB) {
    nodes.push(hash(bytes.subarray(at, at + MIB)));
  }
  while (nodes.length > 1) {
    const parents = [];
    for (let at = 0; at < nodes.length; at += 2) {
      parents.push(at + 1 < nodes.length ? hash(nodes[at], nodes[at + 1]) : nodes[at]);
    }
    nodes = parents;
  }
  return nodes[0].toString("hex");
}

export const location = (answer) => answer.location.split("/").slice(2).join("/");
