// Archives in one request and in parts.

import assert from "node:assert/strict";
import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, DeleteArchiveCommand, DescribeVaultCommand,
  InitiateMultipartUploadCommand, ListMultipartUploadsCommand, ListPartsCommand, UploadArchiveCommand,
  UploadMultipartPartCommand, paginateListMultipartUploads, paginateListParts,
} from "@aws-sdk/client-glacier";
import { MIB, content, invalid, location, missing, notFound, send, treeHash } from "./glacier.mjs";

export async function archives(client, vaultName) {
  const body = content(MIB + 1);
  const sent = await send(client, 201, new UploadArchiveCommand({ vaultName, archiveDescription: "a  text", body }));
  assert.equal(sent.archiveId.length, 138);
  assert.equal(sent.checksum, treeHash(body));
  assert.equal(location(sent), `vaults/${vaultName}/archives/${sent.archiveId}`);
  const wrong = { vaultName, body, checksum: "0".repeat(64) };
  await invalid(client, "Checksum mismatch", new UploadArchiveCommand(wrong));
  await invalid(client, "archive-description", new UploadArchiveCommand({ ...wrong, archiveDescription: "d".repeat(1025) }));
  await notFound(client, "Vault not found", new UploadArchiveCommand({ ...wrong, vaultName: "no-such-vault" }));

  const vault = await client.send(new DescribeVaultCommand({ vaultName }));
  assert.deepEqual([vault.NumberOfArchives, vault.SizeInBytes], [1, body.length + 32768]);
  for (let times = 0; times < 2; times++) {
    await send(client, 204, new DeleteArchiveCommand({ vaultName, archiveId: sent.archiveId }));
  }
  await notFound(client, "archive ID was not found", new DeleteArchiveCommand({ vaultName, archiveId: "a".repeat(138) }));
}

export async function multipart(client, vaultName) {
  const bytes = content(4 * MIB + 5);
  const starts = [0, 1, 2, 3, 4].map((part) => part * MIB);
  const part = (start) => bytes.subarray(start, start + MIB);
  const range = (start) => `${start}-${start + part(start).length - 1}`;
  const initiated = await send(client, 201, new InitiateMultipartUploadCommand({
    vaultName, archiveDescription: "in parts", partSize: String(MIB),
  }));
  const uploadId = initiated.uploadId;
  assert.equal(uploadId.length, 92);
  assert.equal(location(initiated), `vaults/${vaultName}/multipart-uploads/${uploadId}`);

  // Parts are sent out of order, three at a time. One is repeated, and one is first sent with other bytes.
  const upload = (start, body = part(start)) =>
    new UploadMultipartPartCommand({ vaultName, uploadId, range: `bytes ${range(start)}/*`, body });
  await send(client, 204, upload(MIB, content(MIB)));
  for (const batch of [[4, 2, 0], [3, 1, 2]]) {
    await Promise.all(batch.map(async (number) => {
      const sent = await send(client, 204, upload(starts[number]));
      assert.equal(sent.checksum, treeHash(part(starts[number])));
    }));
  }
  await invalid(client, "must be a multiple of the part size", upload(7));
  await missing(client, "Content-Range", new UploadMultipartPartCommand({ vaultName, uploadId, body: part(0) }));

  const expected = starts.map((start) => ({ RangeInBytes: range(start), SHA256TreeHash: treeHash(part(start)) }));
  const pages = [];
  for await (const page of paginateListParts({ client, pageSize: 2 }, { accountId: "-", vaultName, uploadId })) {
    assert.deepEqual([page.MultipartUploadId, page.PartSizeInBytes, page.ArchiveDescription], [uploadId, MIB, "in parts"]);
    pages.push(page.Parts);
  }
  assert.deepEqual(pages, [expected.slice(0, 2), expected.slice(2, 4), expected.slice(4)]);
  assert.deepEqual((await send(client, 200, new ListPartsCommand({ vaultName, uploadId }))).Parts, expected);

  const whole = { vaultName, uploadId, archiveSize: String(bytes.length), checksum: treeHash(bytes) };
  await invalid(client, "Checksum mismatch", new CompleteMultipartUploadCommand({ ...whole, checksum: "0".repeat(64) }));
  await invalid(client, "add up to", new CompleteMultipartUploadCommand({ ...whole, archiveSize: "1" }));
  const completed = await send(client, 201, new CompleteMultipartUploadCommand(whole));
  assert.equal(completed.checksum, treeHash(bytes));
  const again = await send(client, 201, new CompleteMultipartUploadCommand(whole));
  assert.deepEqual(
    [again.archiveId, again.checksum, again.location], [completed.archiveId, completed.checksum, completed.location]);
  await notFound(client, uploadId, new ListPartsCommand({ vaultName, uploadId }));
  await send(client, 204, new DeleteArchiveCommand({ vaultName, archiveId: completed.archiveId }));
  await listAndAbort(client, vaultName);
}

async function listAndAbort(client, vaultName) {
  const uploads = [];
  for (let number = 0; number < 3; number++) {
    uploads.push((await client.send(new InitiateMultipartUploadCommand({ vaultName, partSize: String(MIB) }))).uploadId);
  }
  await invalid(client, "Invalid part size", new InitiateMultipartUploadCommand({ vaultName, partSize: "3145728" }));
  const listed = [];
  for await (const page of paginateListMultipartUploads({ client, pageSize: 2 }, { accountId: "-", vaultName })) {
    listed.push(...page.UploadsList.map((upload) => upload.MultipartUploadId));
  }
  assert.deepEqual(listed.sort(), uploads.sort());
  for (const uploadId of uploads) {
    await send(client, 204, new AbortMultipartUploadCommand({ vaultName, uploadId }));
    await notFound(client, uploadId, new ListPartsCommand({ vaultName, uploadId }));
  }
  const rest = await send(client, 200, new ListMultipartUploadsCommand({ vaultName }));
  assert.deepEqual(rest.UploadsList, []);
}
