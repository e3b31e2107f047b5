namespace OrleansUploads.Gateway.Tests.Fuzzing.S3;

/// <summary>Fills a server with buckets, objects and uploads in every state.</summary>
internal sealed class S3SampleData(FuzzServer server, S3World world)
{
    public async Task CreateAsync()
    {
        foreach (var bucket in world.Buckets.Where(bucket => !bucket.Name.StartsWith("spare", StringComparison.Ordinal)))
        {
            await SendAsync(bucket, "PUT", $"/{bucket.Name}", []);
            foreach (var (number, key) in KnownBucket.Keys.Index())
            {
                var put = await SendAsync(
                    bucket,
                    "PUT",
                    bucket.Target(key),
                    Requests.Bytes(number * 100, number),
                    ("x-amz-meta-a", key),
                    ("x-amz-storage-class", key == KnownBucket.Archived ? "GLACIER" : "STANDARD"));
                bucket.Tags[key] = put.Header("ETag")!;
            }

            foreach (var parts in (int[])[0, 1, 2])
            {
                await OpenAsync(bucket, KnownBucket.Keys[parts], parts);
            }

            // The last upload of a bucket is complete.
            var completed = await OpenAsync(bucket, "in-parts", 1);
            await SendAsync(
                bucket,
                "POST",
                $"{bucket.Target(completed.Key)}?uploadId={completed.Id}",
                Encoding.UTF8.GetBytes(S3Requests.PartList(completed.Parts)));
        }

        await server.Inside.WaitForNoneAsync();
    }

    private async Task<KnownObjectUpload> OpenAsync(KnownBucket bucket, string key, int parts)
    {
        var created = await SendAsync(bucket, "POST", $"{bucket.Target(key)}?uploads", []);
        var upload = new KnownObjectUpload(key, S3Server.Text(created, "UploadId"));
        bucket.Uploads.Add(upload);
        for (var number = 1; number <= parts; number++)
        {
            var target = string.Create(CultureInfo.InvariantCulture, $"{bucket.Target(key)}?partNumber={number}&uploadId={upload.Id}");
            upload.Parts[number] = (await SendAsync(bucket, "PUT", target, Requests.Bytes(10 + number, number))).Header("ETag")!;
        }

        return upload;
    }

    private async Task<ApiAnswer> SendAsync(
        KnownBucket bucket, string method, string target, byte[] body, params (string Name, string Value)[] headers)
    {
        var answer = await server.Gateway.SendAsync(S3Server.Request(method, target, body, headers), bucket.Owner);
        Assert.InRange(answer.Status, 200, 299);
        return answer;
    }
}
