// Settings of vaults and accounts: tags, notifications, policies, the lock, limits and capacity.

import assert from "node:assert/strict";
import {
  AbortVaultLockCommand, AddTagsToVaultCommand, CompleteVaultLockCommand, DeleteArchiveCommand,
  DeleteVaultAccessPolicyCommand, DeleteVaultNotificationsCommand, GetDataRetrievalPolicyCommand,
  GetVaultAccessPolicyCommand, GetVaultLockCommand, GetVaultNotificationsCommand, InitiateJobCommand,
  InitiateVaultLockCommand, ListProvisionedCapacityCommand, ListTagsForVaultCommand,
  PurchaseProvisionedCapacityCommand, RemoveTagsFromVaultCommand, SetDataRetrievalPolicyCommand,
  SetVaultAccessPolicyCommand, SetVaultNotificationsCommand, UploadArchiveCommand,
} from "@aws-sdk/client-glacier";
import { denied, invalid, missing, notFound, refused, send } from "./glacier.mjs";

export async function tags(client, vaultName) {
  const listed = async () => (await send(client, 200, new ListTagsForVaultCommand({ vaultName }))).Tags;
  assert.deepEqual(await listed(), {});
  await send(client, 204, new AddTagsToVaultCommand({ vaultName, Tags: { project: "Ørsted", empty: "" } }));
  await send(client, 204, new AddTagsToVaultCommand({ vaultName, Tags: { empty: "no longer" } }));
  assert.deepEqual(await listed(), { project: "Ørsted", empty: "no longer" });
  await invalid(client, "aws:", new AddTagsToVaultCommand({ vaultName, Tags: { "aws:mine": "value" } }));
  await missing(client, "Tags", new AddTagsToVaultCommand({ vaultName }));
  await send(client, 204, new RemoveTagsFromVaultCommand({ vaultName, TagKeys: ["project", "never-there"] }));
  assert.deepEqual(await listed(), { empty: "no longer" });
}

export async function notifications(client, vaultName) {
  const get = new GetVaultNotificationsCommand({ vaultName });
  await notFound(client, "No notification configuration", get);
  const configuration = { SNSTopic: "arn:aws:sns:us-east-1:111122223333:ready", Events: ["InventoryRetrievalCompleted"] };
  await send(client, 204, new SetVaultNotificationsCommand({ vaultName, vaultNotificationConfig: configuration }));
  assert.deepEqual((await send(client, 200, get)).vaultNotificationConfig, configuration);
  const unknown = { ...configuration, Events: ["VaultDeleted"] };
  await invalid(
    client, "VaultDeleted", new SetVaultNotificationsCommand({ vaultName, vaultNotificationConfig: unknown }));
  await send(client, 204, new DeleteVaultNotificationsCommand({ vaultName }));
  await notFound(client, "No notification configuration", get);
}

const keepAYear = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{
    Sid: "keep", Effect: "Deny", Principal: "*", Action: "glacier:DeleteArchive", Resource: "*",
    Condition: { NumericLessThan: { "glacier:ArchiveAgeInDays": "365" } },
  }],
});

export async function accessPolicy(client, vaultName) {
  const get = new GetVaultAccessPolicyCommand({ vaultName });
  await notFound(client, "No access policy", get);
  const { archiveId } = await client.send(new UploadArchiveCommand({ vaultName, body: Buffer.from("archive") }));
  await send(client, 204, new SetVaultAccessPolicyCommand({ vaultName, policy: { Policy: keepAYear } }));
  assert.deepEqual((await send(client, 200, get)).policy, { Policy: keepAYear });
  await denied(client, "keep", new DeleteArchiveCommand({ vaultName, archiveId }));
  await invalid(client, "policy", new SetVaultAccessPolicyCommand({ vaultName, policy: { Policy: "not a policy" } }));
  await send(client, 204, new DeleteVaultAccessPolicyCommand({ vaultName }));
  await notFound(client, "No access policy", get);
  await send(client, 204, new DeleteArchiveCommand({ vaultName, archiveId }));
}

export async function vaultLock(client, vaultName) {
  const get = new GetVaultLockCommand({ vaultName });
  const initiate = new InitiateVaultLockCommand({ vaultName, policy: { Policy: keepAYear } });
  const complete = (lockId) => new CompleteVaultLockCommand({ vaultName, lockId });
  await notFound(client, "No lock", get);
  const { archiveId } = await client.send(new UploadArchiveCommand({ vaultName, body: Buffer.from("archive") }));
  const aborted = (await send(client, 201, initiate)).lockId;
  assert.equal(aborted.length, 24);
  const inProgress = await send(client, 200, get);
  assert.deepEqual([inProgress.Policy, inProgress.State], [keepAYear, "InProgress"]);
  assert.equal(Date.parse(inProgress.ExpirationDate) - Date.parse(inProgress.CreationDate), 24 * 60 * 60 * 1000);
  await denied(client, "keep", new DeleteArchiveCommand({ vaultName, archiveId }));
  await denied(client, "in progress", initiate);
  await invalid(client, "Invalid lock ID", complete("L".repeat(24)));
  await send(client, 204, new AbortVaultLockCommand({ vaultName }));
  await notFound(client, "No lock", get);
  await send(client, 204, new DeleteArchiveCommand({ vaultName, archiveId }));

  const lockId = (await send(client, 201, initiate)).lockId;
  await invalid(client, "Invalid lock ID", complete(aborted));
  await send(client, 204, complete(lockId));
  await send(client, 204, complete(lockId));
  const locked = await send(client, 200, get);
  assert.deepEqual([locked.Policy, locked.State, locked.ExpirationDate ?? null], [keepAYear, "Locked", null]);
  await denied(client, "locked permanently", new AbortVaultLockCommand({ vaultName }));
}

export async function accountSettings(client, vaultName) {
  const rules = async () => (await send(client, 200, new GetDataRetrievalPolicyCommand({}))).Policy.Rules;
  const set = (...newRules) => new SetDataRetrievalPolicyCommand({ Policy: { Rules: newRules } });
  const { archiveId } = await client.send(new UploadArchiveCommand({ vaultName, body: Buffer.from("archive") }));
  const retrieve = new InitiateJobCommand({ vaultName, jobParameters: { Type: "archive-retrieval", ArchiveId: archiveId } });
  await send(client, 204, set({ Strategy: "BytesPerHour", BytesPerHour: 6 }));
  assert.deepEqual(await rules(), [{ Strategy: "BytesPerHour", BytesPerHour: 6 }]);
  await refused(client, "PolicyEnforcedException", 400, "denied by current data retrieval policy", retrieve);
  await invalid(client, "Invalid Strategy", set({ Strategy: "All" }));
  await send(client, 204, set({ Strategy: "None" }));
  await send(client, 202, retrieve);
  await send(client, 204, new DeleteArchiveCommand({ vaultName, archiveId }));

  const purchased = [];
  for (let unit = 0; unit < 2; unit++) {
    purchased.push((await send(client, 201, new PurchaseProvisionedCapacityCommand({}))).capacityId);
  }
  await refused(client, "LimitExceededException", 400, "has 2 units", new PurchaseProvisionedCapacityCommand({}));
  const { ProvisionedCapacityList } = await send(client, 200, new ListProvisionedCapacityCommand({}));
  assert.deepEqual(ProvisionedCapacityList.map((unit) => unit.CapacityId).sort(), purchased.sort());
  assert.ok(ProvisionedCapacityList.every((unit) => Date.parse(unit.ExpirationDate) > Date.parse(unit.StartDate)));
}
