using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Parts;

/// <summary>A part that an upload has accepted.</summary>
/// <param name="TreeHash">Tree hash of exactly these bytes.</param>
/// <param name="Place">Where the bytes are; null for an empty part.</param>
/// <param name="StoredAt">When the part was accepted.</param>
public sealed record StoredPart(long LengthBytes, TreeHash TreeHash, PartPlace? Place, DateTimeOffset StoredAt)
{
    /// <summary>The attempt that holds the bytes, or null.</summary>
    public AttemptId? Attempt => Place?.Attempt;

    /// <summary>The external location of the bytes, or null.</summary>
    public PartLocation? Location => Place?.Location;

    /// <summary>The number of its sender in the upload's <see cref="SenderTable"/>, or null if it is not known.</summary>
    public int? By { get; init; }

    /// <summary>The digests of a part of an object; null for a part of an archive.</summary>
    public PartDigests? Digests { get; init; }

    /// <summary>Whether both have the same bytes, according to their length and digests.</summary>
    public bool HasBytesOf(StoredPart other) =>
        LengthBytes == other.LengthBytes && TreeHash == other.TreeHash && Digests == other.Digests;
}

/// <summary>What S3 knows of the bytes of a part.</summary>
/// <param name="Md5">Their MD5. It is the part's ETag.</param>
/// <param name="Checksum">The checksum that the client stated, or that the server computed, or null.</param>
public sealed record PartDigests(Md5Digest Md5, Checksum? Checksum);

public readonly record struct PlacedPart(int Number, StoredPart Part);

/// <summary>The parts of an upload by number. Immutable; adding a part is cheap.</summary>
/// <remarks>The map is a tree of three levels, with at most <see cref="NodeSlots"/> entries in each node; a node ends with its last entry.
/// Adding a part copies one node of each level, regardless of the number of parts.</remarks>
public sealed class PartMap : IStoredAs<PartMap, IReadOnlyList<PlacedPart>>
{
    // The cube of 22 is the first one that is not less than Limits.MaxParts. Larger nodes would cost more to copy.
    private const int NodeSlots = 22;
    private const int BranchSlots = NodeSlots * NodeSlots;

    private readonly StoredPart?[]?[]?[] _branches;

    private PartMap(StoredPart?[]?[]?[] branches, int count, int lastNumber)
    {
        _branches = branches;
        Count = count;
        LastNumber = lastNumber;
    }

    public static PartMap Empty { get; } = new([], 0, 0);

    public int Count { get; }

    /// <summary>The highest number of a part, or 0 if there are no parts.</summary>
    public int LastNumber { get; }

    /// <summary>The sum of the lengths of the parts.</summary>
    public long Bytes => From(1).Sum(static placed => placed.Part.LengthBytes);

    /// <summary>The part with a number, or null.</summary>
    public StoredPart? this[int number] => (uint)(number - 1) < (uint)LastNumber
        ? Entry(LeafOf(number - 1), (number - 1) % NodeSlots)
        : null;

    public IReadOnlyList<PlacedPart> ToStored() => [.. From(1)];

    public static PartMap FromStored(IReadOnlyList<PlacedPart> stored) =>
        stored.Aggregate(Empty, static (map, placed) => map.With(placed.Number, placed.Part));

    /// <summary>Returns a map of only the parts with some numbers.</summary>
    public PartMap Only(PartNumbers numbers) => numbers.InOrder.Length == Count
        ? this
        : numbers.InOrder.Aggregate(Empty, (map, number) => map.With(number, this[number]!));

    /// <summary>Returns a map with a new part.</summary>
    /// <param name="number">1 to <see cref="Limits.MaxParts"/>.</param>
    public PartMap With(int number, StoredPart part)
    {
        var slot = number - 1;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)Limits.MaxParts, nameof(number));
        var branches = Copy(_branches, slot / BranchSlots);
        var branch = branches[slot / BranchSlots] = Copy(branches[slot / BranchSlots], slot % BranchSlots / NodeSlots);
        var leaf = branch[slot % BranchSlots / NodeSlots] = Copy(branch[slot % BranchSlots / NodeSlots], slot % NodeSlots);
        var added = leaf[slot % NodeSlots] is null ? 1 : 0;
        leaf[slot % NodeSlots] = part;
        return new PartMap(branches, Count + added, Math.Max(LastNumber, number));
    }

    /// <summary>The parts by number, starting at a number.</summary>
    /// <param name="firstNumber">The first number to return; at least 1.</param>
    public IEnumerable<PlacedPart> From(int firstNumber)
    {
        for (var slot = firstNumber - 1; slot < LastNumber;)
        {
            var leaf = LeafOf(slot);
            for (var next = slot - (slot % NodeSlots) + NodeSlots; slot < next; slot++)
            {
                if (Entry(leaf, slot % NodeSlots) is { } part)
                {
                    yield return new(slot + 1, part);
                }
            }
        }
    }

    /// <summary>The leaf of a slot that is less than <see cref="LastNumber"/>, or null.</summary>
    private StoredPart?[]? LeafOf(int slot) => Entry(_branches[slot / BranchSlots], slot % BranchSlots / NodeSlots);

    private static T? Entry<T>(T?[]? node, int index)
        where T : class => node is not null && index < node.Length ? node[index] : null;

    /// <summary>Copies a node, or makes one, so that it has an entry.</summary>
    private static T[] Copy<T>(T[]? node, int entry)
    {
        var copy = new T[Math.Max(node?.Length ?? 0, entry + 1)];
        node?.CopyTo(copy, 0);
        return copy;
    }
}
