using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Core.Values;

/// <summary>A vault's name: 1 to 255 characters of <c>a-z A-Z 0-9 _ - .</c>, case-sensitive.</summary>
/// <remarks>Source: developer guide, "Create vault".</remarks>
public readonly record struct VaultName : ITextValue<VaultName>
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private readonly string? _text;

    private VaultName(string text) => _text = text;

    /// <summary>Parses a name. Returns false if the length or a character is invalid.</summary>
    public static bool TryParse(string? text, out VaultName name)
    {
        var ok = text is { Length: > 0 and <= Limits.MaxVaultNameChars } && !text.AsSpan().ContainsAnyExcept(Alphabet);
        name = ok ? new VaultName(text!) : default;
        return ok;
    }

    /// <summary>The name.</summary>
    public override string ToString() => _text ?? "";
}

/// <summary>ID of a vault.</summary>
/// <param name="Account">The account that owns it.</param>
/// <param name="Name">The vault's name, unique within the account.</param>
public readonly record struct VaultId(AccountId Account, VaultName Name) : ITextValue<VaultId>
{
    /// <summary>ID of the vault entity.</summary>
    public EntityId Entity => new(EntityKind.Vault, ToString());

    /// <summary>Parses the result of <see cref="ToString"/>.</summary>
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

/// <summary>One incarnation of a vault. A vault that is deleted and created again gets the next epoch, so late messages and old
/// archives of a previous incarnation cannot be confused with those of the new one.</summary>
/// <param name="Id">The vault.</param>
/// <param name="Epoch">Sequence number of the incarnation among all vaults of the account, starting at 1.</param>
/// <param name="Shards">Number of shards of its archive index, a power of two. Stored keys depend on it, so an incarnation keeps
/// the number with which it began.</param>
public readonly record struct VaultIncarnation(VaultId Id, long Epoch, int Shards = VaultIncarnation.FewShards)
    : ITextValue<VaultIncarnation>
{
    /// <summary>Number of shards of a vault in a cluster, where each shard is a grain.</summary>
    public const int FewShards = 256;

    /// <summary>Number of shards of a vault in one process. With a million archives each shard holds about 250, which are read in one
    /// or two milliseconds. A vault stores a few numbers for each shard that has held an archive.</summary>
    public const int ManyShards = 4096;

    /// <summary>Maximum number of shards: <see cref="ShardOf"/> uses 16 bits of a hash.</summary>
    public const int MaxShards = 65536;

    private const char ShardsMark = '.';

    /// <summary>ID of the entity that holds the vault's retrieval jobs.</summary>
    public EntityId Jobs => new(EntityKind.Jobs, ToString());

    /// <summary>The incarnation whose jobs an entity holds: the inverse of <see cref="Jobs"/>.</summary>
    /// <exception cref="ArgumentException">The entity is not a jobs entity.</exception>
    public static VaultIncarnation OfJobs(EntityId jobs) => jobs.Kind == EntityKind.Jobs && TryParse(jobs.Key, out var incarnation)
        ? incarnation
        : throw new ArgumentException($"{jobs} is not a jobs entity.", nameof(jobs));

    /// <summary>ID of the entity that holds one shard of the archive index.</summary>
    /// <param name="shard">0 to <see cref="Shards"/> - 1.</param>
    public EntityId ArchiveShard(int shard) => new(EntityKind.ArchiveShard, $"{this}/{shard:x2}");

    /// <summary>ID of the entity that holds the shard of an archive.</summary>
    public EntityId ArchiveShard(ArchiveId archive) => ArchiveShard(ShardOf(archive));

    /// <summary>The shard that an archive belongs to. Stored keys depend on it: never change it.</summary>
    public int ShardOf(ArchiveId archive)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.ASCII.GetBytes(archive.ToString()), digest);
        return BinaryPrimitives.ReadUInt16BigEndian(digest) % Shards;
    }

    /// <summary>Parses the result of <see cref="ToString"/>.</summary>
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
