// Amazon's S3 client for JavaScript and its uploader against a server, with their default checksums. Usage: node s3.mjs ENDPOINT

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand, CopyObjectCommand, CreateBucketCommand, CreateMultipartUploadCommand, DeleteBucketCommand,
  DeleteObjectCommand, DeleteObjectsCommand, GetObjectCommand, HeadObjectCommand, ListBucketsCommand, ListMultipartUploadsCommand,
  PutObjectCommand, RestoreObjectCommand, S3Client, paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { MIB, content } from "./glacier.mjs";

const Bucket = "javascript-bucket";
const ODD_KEYS = ["plain", "with space", "a+b", "100%", "%2F", "é€😀", "//double", "dir/", "q?x=1&y#z", "x".repeat(1024)];
const client = new S3Client({ endpoint: process.argv[2], region: "us-east-1", forcePathStyle: true, maxAttempts: 1 });
const md5 = (bytes) => createHash("md5").update(bytes).digest("hex");

// A stream of unknown length, as of a pipe.
const streamed = (bytes) => Readable.from((function* () {
  for (let start = 0; start < bytes.length; start += 100_000) {
    yield bytes.subarray(start, start + 100_000);
  }
})());

async function expectObject(Key, bytes) {
  const got = await client.send(new GetObjectCommand({ Bucket, Key }));
  assert.ok(Buffer.from(await got.Body.transformToByteArray()).equals(bytes), `bytes of ${Key}`);
  return got;
}

async function keys() {
  const found = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket })) {
    found.push(...(page.Contents ?? []).map((item) => item.Key));
  }
  return found;
}

async function deleteAll() {
  const all = await keys();
  for (let start = 0; start < all.length; start += 1000) {
    const Objects = all.slice(start, start + 1000).map((Key) => ({ Key }));
    const deleted = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    assert.equal(deleted.Errors, undefined);
  }
  assert.deepEqual(await keys(), []);
}

async function objects() {
  for (const [number, Key] of ODD_KEYS.entries()) {
    const put = await client.send(new PutObjectCommand({ Bucket, Key, Body: content(number), Metadata: { number: String(number) } }));
    assert.ok(put.ChecksumCRC32, "the default checksum");
  }
  for (const [number, Key] of ODD_KEYS.entries()) {
    const bytes = Buffer.from(await (await client.send(new GetObjectCommand({ Bucket, Key }))).Body.transformToByteArray());
    const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
    assert.deepEqual([head.ContentLength, head.Metadata, head.ETag], [number, { number: String(number) }, `"${md5(bytes)}"`]);
  }
  assert.deepEqual(await keys(), [...ODD_KEYS].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  await client.send(new CopyObjectCommand({ Bucket, Key: "copied", CopySource: `${Bucket}/a%2Bb` }));
  await client.send(new DeleteObjectCommand({ Bucket, Key: "copied" }));
  await assert.rejects(
    client.send(new PutObjectCommand({ Bucket, Key: "plain", Body: "other", IfNoneMatch: "*" })), { name: "PreconditionFailed" });
  await assert.rejects(client.send(new GetObjectCommand({ Bucket, Key: "absent" })), { name: "NoSuchKey" });
  await deleteAll();
}

// A body that is a stream has its checksum in a trailer.
async function streams() {
  for (const length of [0, 1, 64 * 1024, MIB + 1]) {
    const bytes = content(length);
    await client.send(new PutObjectCommand({ Bucket, Key: "s", Body: Readable.from([bytes]), ContentLength: length }));
    await expectObject("s", bytes);
  }
}

async function uploads() {
  for (const length of [0, 1, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 17 * MIB + 12_345]) {
    const bytes = content(length);
    const done = await new Upload({ client, params: { Bucket, Key: "u", Body: streamed(bytes) }, partSize: 5 * MIB }).done();
    const got = await expectObject("u", bytes);
    assert.equal(got.ETag, done.ETag);
    assert.equal(done.ETag.includes("-"), length > 5 * MIB, `ETag ${done.ETag} of ${length} bytes`);
  }
  await new Upload({ client, params: { Bucket, Key: "u", Body: content(11 * MIB) }, queueSize: 3 }).done();
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: "open" }));
  const listed = await client.send(new ListMultipartUploadsCommand({ Bucket }));
  assert.deepEqual(listed.Uploads.map((upload) => upload.UploadId), [UploadId]);
  await client.send(new AbortMultipartUploadCommand({ Bucket, Key: "open", UploadId }));
}

async function archived() {
  await client.send(new PutObjectCommand({ Bucket, Key: "a", Body: "kept", StorageClass: "GLACIER" }));
  await assert.rejects(client.send(new GetObjectCommand({ Bucket, Key: "a" })), { name: "InvalidObjectState", StorageClass: "GLACIER" });
  await client.send(new RestoreObjectCommand({ Bucket, Key: "a", RestoreRequest: { Days: 1 } }));
  assert.match((await client.send(new HeadObjectCommand({ Bucket, Key: "a" }))).Restore, /^ongoing-request="false"/);
  await expectObject("a", Buffer.from("kept"));
}

async function manyKeys() {
  const all = Array.from({ length: 1001 }, (_, number) => `many/${String(number).padStart(4, "0")}`);
  for (let start = 0; start < all.length; start += 20) {
    await Promise.all(all.slice(start, start + 20).map((Key) => client.send(new PutObjectCommand({ Bucket, Key, Body: Key }))));
  }
  assert.deepEqual((await keys()).filter((key) => key.startsWith("many/")), all);
}

await client.send(new CreateBucketCommand({ Bucket }));
await objects();
await streams();
await uploads();
await archived();
await manyKeys();
await deleteAll();
await client.send(new DeleteBucketCommand({ Bucket }));
assert.deepEqual((await client.send(new ListBucketsCommand({}))).Buckets ?? [], []);
