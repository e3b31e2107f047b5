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

    /// <summary>ETags of objects, by key.</summary>
    public Dictionary<string, string> Tags { get; } = [];

    public string Target(string key) => $"/{Name}/{key}";
}

/// <summary>An upload that the server has reported, with the parts that it has accepted.</summary>
internal sealed record KnownObjectUpload(string Key, string Id)
{
    /// <summary>The ETags of parts, by number.</summary>
    public SortedDictionary<int, string> Parts { get; } = [];
}

/// <summary>The buckets of two accounts.</summary>
internal sealed class S3World
{
    private static readonly Signer Owner = new() { Rules = OrleansUploads.Signing.SigningRules.S3 };

    /// <summary>All buckets that may exist.</summary>
    public IReadOnlyList<KnownBucket> Buckets { get; } =
    [
        new(Owner, "first"), new(Owner, "second.bucket"), new(Owner, Spare), new(Owner, "spare-2"),
        new(Owner.ForOther(), "theirs"), new(Owner.ForOther(), "theirs-2"),
    ];

    /// <summary>A bucket that requests create and delete.</summary>
    public const string Spare = "spare-1";

    public static IEnumerable<Signer> Accounts => [Owner, Owner.ForOther()];

    /// <summary>A random bucket that probably exists.</summary>
    public KnownBucket Any(Dice dice) => dice.OneIn(8) ? dice.PickFrom(Buckets) : Buckets[dice.Pick(0, 0, 0, 1, 4)];

    /// <summary>A random bucket that requests may create and delete.</summary>
    public KnownBucket AnySpare(Dice dice) => Buckets[dice.Pick(2, 3)];
}
