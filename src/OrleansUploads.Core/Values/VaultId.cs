using System.Buffers;
using System.Numerics;

namespace OrleansUploads.Core.Values;

/// <summary>1 to 255 characters of <c>a-z A-Z 0-9 _ - .</c>, case-sensitive. Source: developer guide, "Create vault".</summary>
public readonly record struct VaultName : ITextValue<VaultName>
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private readonly string? _text;

    private VaultName(string text) => _text = text;

    public static bool TryParse(string? text, out VaultName name)
    {
        var ok = text is { Length: > 0 and <= Limits.MaxVaultNameChars } && !text.AsSpan().ContainsAnyExcept(Alphabet);
        name = ok ? new VaultName(text!) : default;
        return ok;
    }

    public override string ToString() => _text ?? "";
}

/// <summary>Names are unique within an account.</summary>
public readonly record struct VaultId(AccountId Account, VaultName Name) : ITextValue<VaultId>
{
    public EntityId Entity => new(EntityKind.Vault, ToString());

    public static bool TryParse(string? text, out VaultId id)
    {
        id = default;
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash < 0
            || !AccountId.TryParse(text![..slash], out var account)
            || !VaultName.TryParse(text[(slash + 1)..], out var name))
        {
            return false;
        }

        id = new VaultId(account, name);
        return true;
    }

    /// <summary><c>account/name</c>.</summary>
    public override string ToString() => $"{Account}/{Name}";
}

/// <summary>One incarnation of a vault. A vault that is deleted and created again gets the next epoch, so late messages and
/// old archives of a previous incarnation cannot be confused with the new one's.</summary>
/// <param name="Epoch">Sequence number of the incarnation among all vaults of the account, starting at 1.</param>
/// <param name="Shards">Number of shards of its archive index, a power of two. Stored keys depend on it, so an incarnation
/// keeps the number with which it began.</param>
public readonly record struct VaultIncarnation(VaultId Id, long Epoch, int Shards = VaultIncarnation.FewShards)
    : ITextValue<VaultIncarnation>
{
    /// <summary>The number of shards in a cluster, where each shard is a grain.</summary>
    public const int FewShards = 256;

    /// <summary>The number of shards in one process. With a million archives each shard holds about 250, which are read in one or two
    /// milliseconds. A vault stores a few numbers for each shard that has held an archive.</summary>
    public const int ManyShards = 4096;

    /// <summary>Maximum number of shards: <see cref="ShardOf"/> uses 16 bits of a hash.</summary>
    public const int MaxShards = 65536;

    private const char ShardsMark = '.';

    public EntityId Jobs => new(EntityKind.Jobs, ToString());

    /// <summary>The inverse of <see cref="Jobs"/>. Throws <see cref="ArgumentException"/> for other entities.</summary>
    public static VaultIncarnation OfJobs(EntityId jobs) => jobs.Kind == EntityKind.Jobs && TryParse(jobs.Key, out var incarnation)
        ? incarnation
        : throw new ArgumentException($"{jobs} is not a jobs entity.", nameof(jobs));

    /// <summary><paramref name="shard"/> is 0 to <see cref="Shards"/> - 1.</summary>
    public EntityId ArchiveShard(int shard) => new(EntityKind.ArchiveShard, $"{this}/{shard:x2}");

    public EntityId ArchiveShard(ArchiveId archive) => ArchiveShard(ShardOf(archive));

    /// <summary>The shard that an archive belongs to. Stored keys depend on it: never change it.</summary>
    public int ShardOf(ArchiveId archive) => StableHash.Of(archive.ToString()) % Shards;

    public static bool TryParse(string? text, out VaultIncarnation incarnation)
    {
        incarnation = default;
        var slash = text?.LastIndexOf('/') ?? -1;
        if (slash < 0 || !VaultId.TryParse(text![..slash], out var id))
        {
            return false;
        }

        var numbers = text.AsSpan(slash + 1);
        var mark = numbers.IndexOf(ShardsMark);
        if (mark < 0
            || !long.TryParse(numbers[..mark], NumberStyles.None, null, out var epoch)
            || !int.TryParse(numbers[(mark + 1)..], NumberStyles.None, null, out var shards)
            || shards > MaxShards
            || !BitOperations.IsPow2(shards))
        {
            return false;
        }

        incarnation = new VaultIncarnation(id, epoch, shards);
        return true;
    }

    /// <summary><c>account/name/epoch.shards</c>.</summary>
    public override string ToString() => $"{Id}/{Epoch}{ShardsMark}{Shards}";
}
