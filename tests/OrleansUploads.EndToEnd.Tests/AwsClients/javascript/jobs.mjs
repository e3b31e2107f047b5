// Jobs for archives, ranges and inventories.

import assert from "node:assert/strict";
import {
  DeleteArchiveCommand, DescribeJobCommand, GetJobOutputCommand, InitiateJobCommand, ListJobsCommand, UploadArchiveCommand,
  paginateListJobs,
} from "@aws-sdk/client-glacier";
import { MIB, content, invalid, location, missing, notFound, send, treeHash } from "./glacier.mjs";

export async function jobs(client, vaultName) {
  const bytes = content(3 * MIB + 9);
  const { archiveId } = await client.send(
    new UploadArchiveCommand({ vaultName, archiveDescription: "to retrieve", body: bytes }));
  const initiate = (parameters) => send(client, 202, new InitiateJobCommand({ vaultName, jobParameters: parameters }));

  const retrieve = (options) => initiate({ Type: "archive-retrieval", ArchiveId: archiveId, ...options });
  const initiated = await retrieve({ Description: "all", Tier: "Expedited" });
  const whole = initiated.jobId;
  assert.equal(whole.length, 92);
  assert.equal(location(initiated), `vaults/${vaultName}/jobs/${whole}`);
  const described = await send(client, 200, new DescribeJobCommand({ vaultName, jobId: whole }));
  const { JobDescription, Action, ArchiveId, Completed, StatusCode, ArchiveSizeInBytes, SHA256TreeHash, Tier } = described;
  assert.deepEqual(
    { JobDescription, Action, ArchiveId, Completed, StatusCode, ArchiveSizeInBytes, SHA256TreeHash, Tier },
    {
      JobDescription: "all", Action: "ArchiveRetrieval", ArchiveId: archiveId, Completed: true, StatusCode: "Succeeded",
      ArchiveSizeInBytes: bytes.length, SHA256TreeHash: treeHash(bytes), Tier: "Expedited",
    });
  await readOutput(client, vaultName, whole, undefined, bytes, treeHash(bytes));
  const second = bytes.subarray(MIB, 2 * MIB);
  await readOutput(client, vaultName, whole, `bytes=${MIB}-${2 * MIB - 1}`, second, treeHash(second));
  await readOutput(client, vaultName, whole, "bytes=5-99999999", bytes.subarray(5), undefined);

  const half = bytes.subarray(0, 2 * MIB);
  const ranged = (await retrieve({ RetrievalByteRange: `0-${half.length - 1}` })).jobId;
  await readOutput(client, vaultName, ranged, undefined, half, treeHash(half));
  const waiting = (await retrieve({ Tier: "Bulk" })).jobId;
  await invalid(client, "not currently available", new GetJobOutputCommand({ vaultName, jobId: waiting }));

  const inventory = (await initiate({ Type: "inventory-retrieval", Format: "JSON" })).jobId;
  const output = await send(client, 200, new GetJobOutputCommand({ vaultName, jobId: inventory }));
  assert.equal(output.contentType, "application/json");
  const [entry, ...others] = JSON.parse(await output.body.transformToString()).ArchiveList;
  assert.deepEqual(others, []);
  assert.deepEqual(
    [entry.ArchiveId, entry.ArchiveDescription, entry.Size, entry.SHA256TreeHash],
    [archiveId, "to retrieve", bytes.length, treeHash(bytes)]);

  await list(client, vaultName, [whole, ranged, inventory], waiting);
  await refuse(client, vaultName, archiveId);
  await send(client, 204, new DeleteArchiveCommand({ vaultName, archiveId }));
}

async function readOutput(client, vaultName, jobId, range, expected, checksum) {
  const output = await send(client, range ? 206 : 200, new GetJobOutputCommand({ vaultName, jobId, range }));
  assert.equal(output.checksum, checksum, `checksum of ${range}`);
  assert.equal(output.archiveDescription, "to retrieve");
  assert.ok(Buffer.from(await output.body.transformToByteArray()).equals(expected), `bytes of ${range}`);
}

async function list(client, vaultName, finished, waiting) {
  const pages = [];
  for await (const page of paginateListJobs({ client, pageSize: 3 }, { accountId: "-", vaultName })) {
    pages.push(page.JobList.map((job) => job.JobId));
  }
  assert.deepEqual(pages.map((page) => page.length), [3, 1]);
  assert.deepEqual(pages.flat().sort(), [...finished, waiting].sort());
  const completed = await send(client, 200, new ListJobsCommand({ vaultName, completed: "true" }));
  assert.deepEqual(completed.JobList.map((job) => job.JobId).sort(), finished.sort());
}

async function refuse(client, vaultName, archiveId) {
  const initiate = (jobParameters) => new InitiateJobCommand({ vaultName, jobParameters });
  await missing(client, "type", initiate({ ArchiveId: archiveId }));
  await invalid(client, "Invalid Tier", initiate({ Type: "archive-retrieval", ArchiveId: archiveId, Tier: "Fast" }));
  await notFound(client, "archive ID was not found", initiate({ Type: "archive-retrieval", ArchiveId: "a".repeat(138) }));
  await notFound(client, "job ID was not found", new DescribeJobCommand({ vaultName, jobId: "j".repeat(92) }));
}
