namespace OrleansUploads.Gateway.Tests.Fuzzing.S3;

/// <summary>What the fuzzer remembers of a bucket. It may be outdated or wrong; such requests are nearly valid.</summary>
internal sealed class KnownBucket(Signer owner, string name)
{
    /// <summary>The keys that requests use, as sent. Few of them, so that requests meet.</summary>
    public static readonly string[] Keys =
        ["k", "a", "a/b", "a/c", "dir/", "with%20space", "a+b", "100%25", "%C3%A9", "%F0%9F%98%80", "/double", "dir%2F..%2Fup", "%01", "z", Archived];

    /// <summary>The key of an object that must be restored before it can be read.</summary>
    public const string Archived = "archived";

    public Signer Owner { get; } = owner;

    public string Name { get; } = name;

    public List<KnownObjectUpload> Uploads { get; } = [];

    public Dictionary<string, string> Tags { get; } = [];

    public string Target(string key) => $"/{Name}/{key}";
}

internal sealed record KnownObjectUpload(string Key, string Id)
{
    public SortedDictionary<int, string> Parts { get; } = [];
}

internal sealed class S3World
{
    private static readonly Signer Owner = S3Server.Owner;

    public IReadOnlyList<KnownBucket> Buckets { get; } =
    [
        new(Owner, "first"), new(Owner, "second.bucket"), new(Owner, "spare-1"), new(Owner, "spare-2"),
        new(Owner.ForOther(), "theirs"), new(Owner.ForOther(), "theirs-2"),
    ];

    /// <summary>A random bucket that probably exists.</summary>
    public KnownBucket Any(Dice dice) => dice.OneIn(8) ? dice.PickFrom(Buckets) : Buckets[dice.Pick(0, 0, 0, 1, 4)];

    /// <summary>A random bucket that requests may create and delete.</summary>
    public KnownBucket AnySpare(Dice dice) => Buckets[dice.Pick(2, 3)];

    /// <summary>The state of a server as reading operations return it, for all accounts and buckets, with or without the bytes of
    /// objects.</summary>
    public async Task<string> ReadAsync(FuzzServer server, bool withBytes)
    {
        var state = new StateReader(
            server,
            "ETag",
            "Last-Modified",
            "Content-Length",
            "Content-Type",
            "x-amz-storage-class",
            "x-amz-meta-a",
            "x-amz-tagging-count",
            "x-amz-restore");
        foreach (var signer in (Signer[])[Owner, Owner.ForOther()])
        {
            await AddAsync("GET", "/", signer);
        }

        foreach (var bucket in Buckets)
        {
            if ((await AddAsync("HEAD", $"/{bucket.Name}", bucket.Owner)).Status == 404)
            {
                continue;
            }

            var listed = await AddAsync("GET", $"/{bucket.Name}?list-type=2&fetch-owner=true", bucket.Owner);
            await AddAsync("GET", $"/{bucket.Name}?uploads", bucket.Owner);
            foreach (var upload in bucket.Uploads)
            {
                await AddAsync("GET", $"{bucket.Target(upload.Key)}?uploadId={upload.Id}", bucket.Owner);
            }

            foreach (var key in S3Server.Texts(listed, "Key"))
            {
                await AddAsync(withBytes ? "GET" : "HEAD", bucket.Target(Uri.EscapeDataString(key)), bucket.Owner);
            }
        }

        return state.ToString();

        Task<ApiAnswer> AddAsync(string method, string target, Signer signer) =>
            state.AddAsync(S3Server.Request(method, target, null), signer);
    }
}
