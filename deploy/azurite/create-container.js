// Creates a container for blobs, unless it exists, in the account of AZURE_STORAGE_CONNECTION_STRING: node create-container.js CONTAINER
"use strict";
const { createHmac } = require("node:crypto");

const container = process.argv[2];
const part = name => process.env.AZURE_STORAGE_CONNECTION_STRING.match(new RegExp(`(?:^|;)${name}=([^;]+)`))[1];
const url = new URL(`${part("BlobEndpoint")}/${container}?restype=container`);
const headers = { "x-ms-date": new Date().toUTCString(), "x-ms-version": "2021-08-06" };

// "Shared Key" of Azure Storage: the method, eleven headers that this request does not have, the x-ms headers, and the resource.
const text = ["PUT", ...Array(11).fill(""), ...Object.entries(headers).map(([name, value]) => `${name}:${value}`),
  `/${part("AccountName")}${url.pathname}`, "restype:container"].join("\n");
const signature = createHmac("sha256", Buffer.from(part("AccountKey"), "base64")).update(text).digest("base64");

fetch(url, { method: "PUT", headers: { ...headers, Authorization: `SharedKey ${part("AccountName")}:${signature}` } })
  .then(async answer => {
    const exists = 409;
    if (!answer.ok && answer.status !== exists) {
      throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
    }
  })
  .catch(fault => {
    console.error(`create-container.js: the container ${container} cannot be created. ${fault.cause ?? fault}`);
    process.exit(1);
  });
