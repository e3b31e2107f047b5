using OrleansUploads.Gateway.Tests.Harness;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>What the fuzzer remembers of a vault. It need not be true any more, and after a spoiled request it may never have
/// been: both make requests that are nearly right.</summary>
internal sealed class KnownVault(Signer owner, string account, string name)
{
    private const int MostOfEach = 12;

    public Signer Owner { get; } = owner;

    public string Account { get; } = account;

    public string Name { get; } = name;

    public List<KnownArchive> Archives { get; } = [];

    public List<KnownUpload> Uploads { get; } = [];

    /// <summary>Jobs for archives.</summary>
    public List<string> Jobs { get; } = [];

    /// <summary>Jobs for inventories, whose output costs a question to each shard of the index.</summary>
    public List<string> Inventories { get; } = [];

    public List<string> Locks { get; } = [];

    public string Arn => $"arn:aws:glacier:us-east-1:{Account}:vaults/{Name}";

    /// <summary>Remembers one thing more, and forgets the eldest where there are many.</summary>
    public static void Remember<T>(List<T> things, T thing)
    {
        things.Add(thing);
        if (things.Count > MostOfEach)
        {
            things.RemoveAt(0);
        }
    }
}

/// <summary>An archive that was told to be there.</summary>
internal sealed record KnownArchive(string Id, long SizeBytes);

/// <summary>An upload that was told to be in progress, and the parts that were told to be there.</summary>
internal sealed class KnownUpload(string id, long partSizeBytes)
{
    public string Id { get; } = id;

    public long PartSizeBytes { get; } = partSizeBytes;

    public SortedDictionary<long, byte[]> Parts { get; } = [];

    /// <summary>All bytes one after the other, as if there were no gap.</summary>
    public byte[] Bytes => [.. Parts.Values.SelectMany(part => part)];
}
