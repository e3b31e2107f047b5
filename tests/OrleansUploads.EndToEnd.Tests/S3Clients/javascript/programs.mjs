// Programs for S3 from npm against a server. Usage: node programs.mjs ENDPOINT FOLDER

import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const [endpoint, folder] = process.argv.slice(2);
const region = "us-east-1";
const accessKeyId = process.env.AWS_ACCESS_KEY_ID;
const secretAccessKey = process.env.AWS_SECRET_ACCESS_KEY;

// Version 2 of Amazon's SDK for JavaScript signs headers and puts their values into the query only.
async function sdk2() {
  const { default: AWS } = await import("aws-sdk");
  for (const [signatureVersion, Bucket] of [["v4", "sdk2-v4"], ["v2", "sdk2-v2"]]) {
    const s3 = new AWS.S3({ endpoint, region, accessKeyId, secretAccessKey, signatureVersion, s3ForcePathStyle: true });
    await new AWS.S3({ endpoint, region, accessKeyId, secretAccessKey, signatureVersion: "v4", s3ForcePathStyle: true })
      .createBucket({ Bucket }).promise();
    const Key = "a key+é";
    const url = s3.getSignedUrl("putObject", {
      Bucket, Key, ACL: "private", Metadata: { colour: "light blue" }, StorageClass: "STANDARD_IA", ContentType: "text/plain",
      CacheControl: "no-cache", Expires: 60,
    });
    assert.equal(new URL(url).searchParams.has("X-Amz-Signature"), signatureVersion === "v4");
    const put = (body, headers) => fetch(url, { method: "PUT", body, headers });
    assert.equal((await put("hello", { "content-type": "text/html" })).ok, false);
    const response = await put("hello", { "content-type": "text/plain", ...(signatureVersion === "v4" ? {} : { "cache-control": "no-cache" }) });
    assert.equal(response.status, 200, await response.text());

    const got = await fetch(s3.getSignedUrl("getObject", { Bucket, Key, ResponseContentDisposition: "attachment; filename=a b" }));
    assert.equal(got.status, 200);
    assert.equal(await got.text(), "hello");
    const headers = ["x-amz-meta-colour", "x-amz-storage-class", "content-type", "content-disposition"].map((name) => got.headers.get(name));
    assert.deepEqual(headers, ["light blue", "STANDARD_IA", "text/plain", "attachment; filename=a b"]);
    assert.equal((await fetch(s3.getSignedUrl("getObject", { Bucket, Key }), { method: "DELETE" })).status >= 400, true);
  }
}

// aws4fetch reads a plus sign in a path as a blank, and signs it so.
async function aws4fetch() {
  const { AwsClient } = await import("aws4fetch");
  const aws = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: 0 });
  const send = async (path, init) => {
    const response = await aws.fetch(`${endpoint}/aws4fetch${path}`, init);
    assert.equal(response.status, 200, `${path}: ${await response.clone().text()}`);
    return response.text();
  };
  await send("", { method: "PUT" });
  await send("/a%20b", { method: "PUT", body: "blank" });
  await send("/a%2Bb", { method: "PUT", body: "plus" });
  assert.equal(await send("/a+b"), "blank");
  assert.equal(await send("/a%20b"), "blank");
  for (const prefix of ["a+b", "a%20b"]) {
    assert.match(await send(`?list-type=2&prefix=${prefix}`), /<Key>a b<\/Key>/);
  }

  const signed = await aws.sign(`${endpoint}/aws4fetch/a+b?X-Amz-Expires=60`, { aws: { signQuery: true } });
  assert.equal(await (await fetch(signed)).text(), "blank");
  const condition = await aws.sign(`${endpoint}/aws4fetch/a%20b?X-Amz-Expires=60&If-None-Match=*`, { method: "PUT", aws: { signQuery: true } });
  assert.equal((await fetch(condition.url, { method: "PUT", body: "other" })).status, 412);
  assert.equal(await send("/a%20b"), "blank");
}

// s3-sync-client compares the times of objects in lists with those of files.
async function sync() {
  const { CreateBucketCommand, S3Client } = await import("@aws-sdk/client-s3");
  const { S3SyncClient } = await import("s3-sync-client");
  const client = new S3Client({ endpoint, region, forcePathStyle: true, maxAttempts: 1 });
  await client.send(new CreateBucketCommand({ Bucket: "synced" }));
  const { sync: run } = new S3SyncClient({ client });
  const [source, target] = [join(folder, "source"), join(folder, "target")];
  await mkdir(join(source, "inner folder"), { recursive: true });
  await mkdir(target);
  const files = ["a", "b+c", "inner folder/é"];
  for (const file of files) {
    await writeFile(join(source, file), `content of ${file}`);
  }

  assert.equal((await run(source, "s3://synced")).created.length, files.length);
  assert.equal((await run("s3://synced", target)).created.length, files.length);
  for (const file of files) {
    assert.equal(await readFile(join(target, file), "utf8"), `content of ${file}`);
  }

  for (const commands of [await run("s3://synced", target), await run("s3://synced", target)]) {
    assert.deepEqual([commands.created, commands.updated, commands.deleted].map((list) => list.length), [0, 0, 0]);
  }
}

// LanceDB's object store is Rust's. It creates each version of a table only if nobody else has.
async function lancedb() {
  const { connect } = await import("@lancedb/lancedb");
  const { CreateBucketCommand, S3Client } = await import("@aws-sdk/client-s3");
  await new S3Client({ endpoint, region, forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: "lancedb" }));
  const database = await connect("s3://lancedb/a folder", {
    storageOptions: { endpoint, region, allowHttp: "true", awsAccessKeyId: accessKeyId, awsSecretAccessKey: secretAccessKey },
  });
  const row = (id) => ({ id, vector: [id, id + 0.5] });
  const table = await database.createTable("points", [row(1), row(2)]);
  for (let id = 3; id <= 8; id++) {
    await table.add([row(id)]);
  }

  await table.delete("id = 3");
  assert.equal(await table.countRows(), 7);
  assert.deepEqual((await table.search([8, 8.5]).limit(1).toArray()).map(({ id }) => id), [8]);
  assert.deepEqual(await database.tableNames(), ["points"]);
  await database.dropTable("points");
  assert.deepEqual(await database.tableNames(), []);
}

for (const program of [sdk2, aws4fetch, sync, lancedb]) {
  await program();
}
