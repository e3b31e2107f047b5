using System.Buffers;
using System.Globalization;
using System.Numerics;
using OrleansUploads.Core.Accounts;

namespace OrleansUploads.Core.Vaults;

/// <summary>A vault's name: 1 to 255 of <c>a-z A-Z 0-9 _ - .</c>, case sensitive.</summary>
/// <remarks>Source: developer guide, "Create vault".</remarks>
public readonly record struct VaultName
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private readonly string? _text;

    private VaultName(string text) => _text = text;

    /// <summary>Reads a name; false where length or alphabet are wrong.</summary>
    public static bool TryParse(string? text, out VaultName name)
    {
        var ok = text is { Length: > 0 and <= Limits.MaxVaultNameChars } && !text.AsSpan().ContainsAnyExcept(Alphabet);
        name = ok ? new VaultName(text!) : default;
        return ok;
    }

    /// <summary>The name.</summary>
    public override string ToString() => _text ?? "";
}

/// <summary>Names a vault.</summary>
/// <param name="Account">The account that owns it.</param>
/// <param name="Name">Its name, unique within the account.</param>
public readonly record struct VaultId(AccountId Account, VaultName Name)
{
    /// <summary>The entity that knows the vault.</summary>
    public EntityId Entity => new(EntityKind.Vault, ToString());

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
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

/// <summary>One life of a vault. A vault that is deleted and created again has the next epoch, so nothing of its former
/// life (a late message, an old archive) is ever taken for the new one's.</summary>
/// <param name="Id">The vault.</param>
/// <param name="Epoch">Counts the lives of all vaults of the account; from 1.</param>
/// <param name="Shards">Shards of its archive index, a power of two. Stored keys depend on it, so a life keeps what it began
/// with.</param>
public readonly record struct VaultLife(VaultId Id, long Epoch, int Shards = VaultLife.FewestShards)
{
    /// <summary>Shards of a life that began before there were more.</summary>
    public const int FewestShards = 256;

    /// <summary>Shards of a life that begins now: of a million archives, each has about 250, which are read in a millisecond or
    /// two. A vault remembers a few numbers of each of its shards that has an archive.</summary>
    public const int NewShards = 4096;

    /// <summary>Most shards that an archive's place is told for.</summary>
    public const int MostShards = 65536;

    private const char ShardsMark = '.';

    /// <summary>The entity that knows the vault's retrieval jobs.</summary>
    public EntityId Jobs => new(EntityKind.Jobs, ToString());

    /// <summary>The life whose jobs an entity knows: the inverse of <see cref="Jobs"/>.</summary>
    /// <exception cref="ArgumentException">It knows no jobs.</exception>
    public static VaultLife OfJobs(EntityId jobs) => jobs.Kind == EntityKind.Jobs && TryParse(jobs.Key, out var life)
        ? life
        : throw new ArgumentException($"{jobs} knows no jobs.", nameof(jobs));

    /// <summary>The entity that holds one shard of the archive index.</summary>
    /// <param name="shard">0 to <see cref="Shards"/> - 1.</param>
    public EntityId ArchiveShard(int shard) => new(EntityKind.ArchiveShard, $"{this}/{shard:x2}");

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(string? text, out VaultLife life)
    {
        life = default;
        var slash = text?.LastIndexOf('/') ?? -1;
        if (slash < 0 || !VaultId.TryParse(text![..slash], out var id))
        {
            return false;
        }

        var numbers = text.AsSpan(slash + 1);
        var mark = numbers.IndexOf(ShardsMark);
        var shards = FewestShards;
        if (!long.TryParse(mark < 0 ? numbers : numbers[..mark], NumberStyles.None, null, out var epoch)
            || (mark >= 0 && !TryParseShards(numbers[(mark + 1)..], out shards)))
        {
            return false;
        }

        life = new VaultLife(id, epoch, shards);
        return true;
    }

    /// <summary><c>account/name/epoch</c>, and <c>.shards</c> where they are not the fewest.</summary>
    public override string ToString() => Shards == FewestShards ? $"{Id}/{Epoch}" : $"{Id}/{Epoch}{ShardsMark}{Shards}";

    private static bool TryParseShards(ReadOnlySpan<char> text, out int shards) =>
        int.TryParse(text, NumberStyles.None, null, out shards)
        && shards is > FewestShards and <= MostShards
        && BitOperations.IsPow2(shards);
}
