// Runs all operations of the API through Amazon's JavaScript client. Usage: node operations.mjs ENDPOINT
// The server's account must be new. Prints a report as JSON.

import { CreateVaultCommand, DeleteVaultCommand } from "@aws-sdk/client-glacier";
import { connect, done } from "./glacier.mjs";
import { jobs } from "./jobs.mjs";
import { accessPolicy, accountSettings, notifications, tags, vaultLock } from "./settings.mjs";
import { archives, multipart } from "./uploads.mjs";
import { vaults } from "./vaults.mjs";

const client = connect(process.argv[2]);

// Runs an area in a new vault and deletes the vault afterwards, which fails unless the vault is empty.
const inVault = (run) => async (_, number) => {
  const vaultName = `javascript-area-${number}`;
  await client.send(new CreateVaultCommand({ vaultName }));
  await run(client, vaultName);
  await client.send(new DeleteVaultCommand({ vaultName }));
};

const runs = {
  vaults,
  archives: inVault(archives),
  multipart: inVault(multipart),
  jobs: inVault(jobs),
  tags: inVault(tags),
  notifications: inVault(notifications),
  "access policy": inVault(accessPolicy),
  "vault lock": inVault(vaultLock),
  "account settings": inVault(accountSettings),
};

const areas = {};
for (const [number, [area, run]] of Object.entries(runs).entries()) {
  areas[area] = await run(client, number).then(() => null, (failure) => failure.stack);
}
console.log(JSON.stringify({ areas, done: [...done] }));
