namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>What the fuzzer remembers of a vault. It may be outdated or, after a corrupted request, wrong; such requests are
/// nearly valid.</summary>
internal sealed class KnownVault(Signer owner, string account, string name)
{
    private const int MaxOfEach = 12;

    public Signer Owner { get; } = owner;

    public string Account { get; } = account;

    public string Name { get; } = name;

    public List<KnownArchive> Archives { get; } = [];

    public List<KnownUpload> Uploads { get; } = [];

    public List<string> Jobs { get; } = [];

    /// <summary>IDs of inventory jobs. They are kept apart because their output costs a read of every index shard.</summary>
    public List<string> Inventories { get; } = [];

    public List<string> Locks { get; } = [];

    public string Arn => $"arn:aws:glacier:us-east-1:{Account}:vaults/{Name}";

    public static void Remember<T>(List<T> items, T item)
    {
        items.Add(item);
        if (items.Count > MaxOfEach)
        {
            items.RemoveAt(0);
        }
    }
}

internal sealed record KnownArchive(string Id, long SizeBytes);

internal sealed class KnownUpload(string id, long partSizeBytes)
{
    public string Id { get; } = id;

    public long PartSizeBytes { get; } = partSizeBytes;

    public SortedDictionary<long, byte[]> Parts { get; } = [];

    /// <summary>The bytes of all parts in order, ignoring gaps.</summary>
    public byte[] Bytes => [.. Parts.Values.SelectMany(part => part)];
}
