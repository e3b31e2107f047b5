namespace OrleansUploads.Gateway.Tests.Fuzzing.S3;

/// <summary>Generates requests for each operation that are valid as far as the fuzzer knows the server's state.</summary>
internal sealed class S3Requests(S3World world, Dice dice)
{
    /// <summary>All operations. Those that are needed in large numbers are repeated.</summary>
    private static readonly S3Operation[] Operations =
    [
        .. S3Operation.All,
        .. new[]
        {
            "PutObject", "PutObject", "PutObject", "UploadPart", "UploadPart", "UploadPart", "CompleteMultipartUpload", "CompleteMultipartUpload",
            "CreateMultipartUpload", "DeleteObjects", "GetObject", "GetObject", "GetObject", "HeadObject", "ListObjectsV2", "RestoreObject", "RestoreObject",
        }.Select(name => S3Operation.All.Single(operation => operation.Name == name)),
    ];

    private readonly S3Bodies _bodies = new(dice);

    /// <summary>A request for a random operation. The bucket's owner signs it, and sometimes the other account.</summary>
    public FuzzRequest Any()
    {
        var operation = dice.Pick(Operations);
        var bucket = operation.Name switch
        {
            "CreateBucket" or "DeleteBucket" => world.AnySpare(dice),
            "UploadPart" or "UploadPartCopy" or "ListParts" or "CompleteMultipartUpload" or "AbortMultipartUpload" when !dice.OneIn(6) =>
                dice.PickFrom([.. world.Buckets.Where(bucket => bucket.Uploads.Count > 0)]),
            _ => world.Any(dice),
        };
        var request = Of(operation, bucket);
        return dice.OneIn(40)
            ? request with { Signer = null, Target = WithQuery(request.Target, "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=604801") }
            : request with { Signer = dice.OneIn(12) ? bucket.Owner.ForOther() : bucket.Owner };
    }

    public static string PartList(IEnumerable<KeyValuePair<int, string>> parts) =>
        CompletionDocument.Of(parts.Select(part => (part.Key, part.Value)));

    private FuzzRequest Of(S3Operation operation, KnownBucket bucket)
    {
        var key = dice.PickFrom(KnownBucket.Keys);
        var root = $"/{bucket.Name}";
        return operation.Name switch
        {
            "ListBuckets" => Request("GET", "/"),
            "CreateBucket" => Request("PUT", root, dice.OneIn(2)
                ? "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>"
                : ""),
            "ListObjects" => Request("GET", $"{root}?{Page("marker")}"),
            "ListObjectsV2" => Request("GET", $"{root}?list-type=2&{Page("start-after")}"),
            "ListObjectVersions" => Request("GET", $"{root}?versions&{Page("key-marker")}{dice.Pick("", "&version-id-marker=null")}"),
            "DeleteObjects" => Request("POST", $"{root}?delete", DeleteDocument()),
            "PutObject" => Put(bucket, key),
            "CopyObject" => Copied(bucket, Request("PUT", bucket.Target(key)), key),
            "GetObject" => Read(bucket, "GET", key),
            "HeadObject" => Read(bucket, "HEAD", key),
            "GetObjectAttributes" => Request("GET", $"{bucket.Target(key)}?attributes")
                .With("x-amz-object-attributes", dice.Pick("ETag", "ETag,Checksum,ObjectParts,StorageClass,ObjectSize")),
            "DeleteObject" => Conditional(bucket, key, Request("DELETE", bucket.Target(key))),
            "PutObjectTagging" => Request("PUT", $"{bucket.Target(key)}?tagging", TagDocument()),
            "RestoreObject" => Request("POST", $"{bucket.Target(dice.OneIn(4) ? key : KnownBucket.Archived)}?restore", RestoreDocument()),
            "CreateMultipartUpload" => Creation(bucket, key),
            "ListMultipartUploads" => Request("GET", $"{root}?uploads&{Page("key-marker").Replace("max-keys", "max-uploads", StringComparison.Ordinal)}"),
            "UploadPart" or "UploadPartCopy" or "ListParts" or "CompleteMultipartUpload" or "AbortMultipartUpload" =>
                OfUpload(operation, bucket, UploadOf(bucket)),
            _ => Request(operation.Method, $"{(operation.Level == S3Level.Bucket ? root : bucket.Target(key))}?{operation.Query}"),
        };
    }

    private FuzzRequest OfUpload(S3Operation operation, KnownBucket bucket, KnownObjectUpload upload)
    {
        var target = bucket.Target(upload.Key);
        var number = 1 + dice.Below(3);
        var part = string.Create(CultureInfo.InvariantCulture, $"{target}?partNumber={number}&uploadId={upload.Id}");
        return operation.Name switch
        {
            "UploadPart" => _bodies.Of("PUT", part) with { Learn = answer => upload.Parts[number] = answer.Header("ETag") ?? "" },
            "UploadPartCopy" => Copied(bucket, Request("PUT", part), upload.Key),
            "ListParts" => Request("GET", $"{target}?uploadId={upload.Id}{dice.Pick("", "&max-parts=1", "&part-number-marker=1")}"),
            "CompleteMultipartUpload" => Conditional(
                bucket,
                upload.Key,
                Request("POST", $"{target}?uploadId={upload.Id}", PartList(dice.Below(4) switch
                {
                    0 => upload.Parts.Take(1),
                    1 => upload.Parts.Concat(upload.Parts),
                    _ => upload.Parts,
                }))),
            _ => Request("DELETE", $"{target}?uploadId={upload.Id}"),
        };
    }

    private static string WithQuery(string target, string parameters) =>
        $"{target}{(target.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{parameters}";

    private static FuzzRequest Request(string method, string target, string body = "") =>
        FuzzRequest.From(S3Server.Request(method, target, Encoding.UTF8.GetBytes(body)));

    private FuzzRequest Put(KnownBucket bucket, string key)
    {
        var request = Conditional(bucket, key, WithHeaders(_bodies.Of("PUT", bucket.Target(key))));
        request = key == KnownBucket.Archived ? request.With("x-amz-storage-class", dice.Pick("GLACIER", "DEEP_ARCHIVE")) : request;
        return request with { Learn = answer => bucket.Tags[key] = answer.Header("ETag") ?? "" };
    }

    private FuzzRequest WithHeaders(FuzzRequest request) => dice.Below(8) switch
    {
        0 => request.With("x-amz-meta-a", dice.Pick("1", "", "a b", "é", new string('m', 2047), new string('m', 2048))),
        1 => request.With("Content-Type", dice.Pick("text/plain", "a/b; c=d")),
        2 => request.With("x-amz-storage-class", dice.Pick("STANDARD", "STANDARD_IA", "GLACIER_IR", "REDUCED_REDUNDANCY")),
        3 => request.With("x-amz-tagging", dice.Pick("a=1", "a=1&b=2", "%C3%A9=%20")),
        4 => request.With("Cache-Control", "no-store").With("Content-Disposition", "inline").With("Content-Language", "de"),
        _ => request,
    };

    private FuzzRequest Conditional(KnownBucket bucket, string key, FuzzRequest request) => dice.Below(10) switch
    {
        0 when request.Method != "DELETE" => request.With("If-None-Match", "*"),
        1 => request.With("If-Match", bucket.Tags.GetValueOrDefault(key, "\"d41d8cd98f00b204e9800998ecf8427e\"")),
        2 => request.With("If-Match", "*"),
        _ => request,
    };

    private FuzzRequest Copied(KnownBucket bucket, FuzzRequest request, string key)
    {
        var source = dice.PickFrom(KnownBucket.Keys);
        var copy = request.With("x-amz-copy-source", $"/{bucket.Name}/{(source == key ? "k" : source)}");
        return dice.Below(6) switch
        {
            0 => copy.With("x-amz-metadata-directive", dice.Pick("COPY", "REPLACE")),
            1 => copy.With("x-amz-copy-source-if-match", bucket.Tags.GetValueOrDefault(source, "*")),
            2 => copy.With("x-amz-copy-source-range", dice.Pick("bytes=0-0", "bytes=0-99", "bytes=5-9")),
            3 => copy.With("x-amz-copy-source", $"{dice.PickFrom(world.Buckets).Name}/{source}"),
            _ => copy,
        };
    }

    private FuzzRequest Read(KnownBucket bucket, string method, string key)
    {
        var request = Request(method, bucket.Target(key));
        return dice.Below(10) switch
        {
            0 => request.With("Range", dice.Pick("bytes=0-0", "bytes=0-", "bytes=-5", "bytes=5-99999999", "bytes=99999-")),
            1 => request.With("If-None-Match", bucket.Tags.GetValueOrDefault(key, "*")),
            2 => request.With("If-Match", bucket.Tags.GetValueOrDefault(key, "*")),
            3 => request.With("If-Modified-Since", dice.Pick("Sun, 01 Mar 2026 12:00:00 GMT", "Tue, 01 Jan 2036 00:00:00 GMT")),
            4 => request.With("x-amz-checksum-mode", "ENABLED"),
            5 => request with { Target = $"{request.Target}?partNumber={dice.Pick("1", "2")}" },
            6 => request with { Target = $"{request.Target}?response-content-type=a%2Fb&response-cache-control=x" },
            _ => request,
        };
    }

    private FuzzRequest Creation(KnownBucket bucket, string key)
    {
        var request = WithHeaders(Request("POST", $"{bucket.Target(key)}?uploads"));
        request = dice.Below(6) switch
        {
            0 => request.With("x-amz-checksum-algorithm", dice.Pick("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256")),
            1 => request.With("x-amz-checksum-algorithm", "CRC32").With("x-amz-checksum-type", dice.Pick("FULL_OBJECT", "COMPOSITE")),
            _ => request,
        };
        return request with
        {
            Learn = answer =>
            {
                // A request that was changed into another operation returns no upload ID.
                if (answer.Text.Contains("<UploadId>", StringComparison.Ordinal))
                {
                    KnownVault.Remember(bucket.Uploads, new KnownObjectUpload(key, S3Server.Text(answer, "UploadId")));
                }
            },
        };
    }

    private string DeleteDocument() =>
        $"<Delete>{dice.Pick("", "<Quiet>true</Quiet>")}"
        + string.Concat(Enumerable.Range(0, 1 + dice.Below(3)).Select(_ =>
            $"<Object><Key>{System.Security.SecurityElement.Escape(Uri.UnescapeDataString(dice.PickFrom(KnownBucket.Keys[..12])))}</Key></Object>"))
        + "</Delete>";

    private string RestoreDocument() =>
        $"<RestoreRequest><Days>{dice.Pick("1", "7", "0", "4000000000")}</Days>"
        + $"<GlacierJobParameters><Tier>{dice.Pick("Standard", "Bulk", "Expedited")}</Tier></GlacierJobParameters></RestoreRequest>";

    private string TagDocument() =>
        "<Tagging><TagSet>"
        + string.Concat(Enumerable.Range(0, dice.Below(13)).Select(i =>
            $"<Tag><Key>{(dice.OneIn(20) ? "same" : $"k{i}")}</Key><Value>{dice.Pick("", "1", "a b", "é")}</Value></Tag>"))
        + "</TagSet></Tagging>";

    private string Page(string marker) => dice.Below(8) switch
    {
        0 => "max-keys=1",
        1 => "max-keys=0",
        2 => "delimiter=%2F",
        3 => "prefix=a&delimiter=/",
        4 => $"{marker}={dice.PickFrom(KnownBucket.Keys)}",
        5 => "encoding-type=url",
        _ => "",
    };

    private KnownObjectUpload UploadOf(KnownBucket bucket) => bucket.Uploads.Count == 0 || dice.OneIn(12)
        ? new KnownObjectUpload("k", new string('u', 92))
        : dice.OneIn(2) ? bucket.Uploads[^1] : dice.PickFrom(bucket.Uploads);
}
