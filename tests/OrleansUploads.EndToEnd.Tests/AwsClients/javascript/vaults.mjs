// Vaults: creation, lists, waiters, deletion.

import assert from "node:assert/strict";
import {
  CreateVaultCommand, DeleteVaultCommand, DescribeVaultCommand, ListVaultsCommand, paginateListVaults, waitUntilVaultExists,
  waitUntilVaultNotExists,
} from "@aws-sdk/client-glacier";
import { invalid, location, notFound, send } from "./glacier.mjs";

export async function vaults(client) {
  const names = Array.from({ length: 12 }, (_, number) => `javascript-${String(number).padStart(2, "0")}`);
  for (const vaultName of names) {
    const created = await send(client, 201, new CreateVaultCommand({ vaultName }));
    assert.equal(location(created), `vaults/${vaultName}`);
  }
  const waiter = { client, maxWaitTime: 5, minDelay: 1, maxDelay: 1 };
  assert.equal((await waitUntilVaultExists(waiter, { vaultName: names[0] })).state, "SUCCESS");

  const described = await send(client, 200, new DescribeVaultCommand({ accountId: "-", vaultName: names[0] }));
  assert.equal(described.VaultName, names[0]);
  assert.match(described.VaultARN, new RegExp(`^arn:aws:glacier:us-east-1:\\d{12}:vaults/${names[0]}$`));
  assert.equal(described.NumberOfArchives, 0);
  assert.equal(described.SizeInBytes, 0);
  assert.equal(described.LastInventoryDate ?? null, null);

  const pages = [];
  for await (const page of paginateListVaults({ client, pageSize: 5 }, { accountId: "-" })) {
    pages.push(page.VaultList.map((vault) => vault.VaultName));
  }
  assert.deepEqual(pages, [names.slice(0, 5), names.slice(5, 10), names.slice(10)]);
  const first = await send(client, 200, new ListVaultsCommand({ accountId: "-" }));
  assert.equal(first.VaultList.length, 10);

  await invalid(client, "Invalid vault name", new CreateVaultCommand({ vaultName: "a blank" }));
  await invalid(client, "Invalid limit: 0", new ListVaultsCommand({ accountId: "-", limit: "0" }));
  await notFound(client, "Vault not found", new DescribeVaultCommand({ vaultName: "no-such-vault" }));
  for (const vaultName of names) {
    await send(client, 204, new DeleteVaultCommand({ vaultName }));
  }
  assert.equal((await waitUntilVaultNotExists(waiter, { vaultName: names[0] })).state, "SUCCESS");
}
