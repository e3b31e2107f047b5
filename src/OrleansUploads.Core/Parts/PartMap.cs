namespace OrleansUploads.Core.Parts;

/// <summary>The part that an upload has accepted for one slot.</summary>
/// <param name="LengthBytes">Length in bytes, from 1 to the part size. Only the last part may be shorter than the part
/// size.</param>
/// <param name="TreeHash">Tree hash of exactly these bytes.</param>
/// <param name="Place">Where the bytes are.</param>
/// <param name="StoredAt">When the part was accepted.</param>
public sealed record StoredPart(long LengthBytes, TreeHash TreeHash, PartPlace Place, DateTimeOffset StoredAt)
{
    /// <summary>The number of its sender in the upload's <see cref="SenderTable"/>, or null if it is not known.</summary>
    public int? By { get; init; }

    /// <summary>Whether the part has this length and tree hash.</summary>
    public bool Holds(long lengthBytes, TreeHash treeHash) => LengthBytes == lengthBytes && TreeHash == treeHash;
}

/// <summary>The parts of an upload by slot. Immutable; adding a part is cheap.</summary>
/// <remarks>The map is a tree of three levels, with at most <see cref="NodeSlots"/> entries in each node; a node ends with its last entry.
/// Adding a part copies one node of each level, regardless of the number of parts.</remarks>
public sealed class PartMap
{
    // The cube of 22 is the first one that is not less than Limits.MaxParts. Larger nodes would cost more to copy.
    private const int NodeSlots = 22;
    private const int BranchSlots = NodeSlots * NodeSlots;

    private readonly StoredPart?[]?[]?[] _branches;

    private PartMap(StoredPart?[]?[]?[] branches, int count, int slotCount)
    {
        _branches = branches;
        Count = count;
        SlotCount = slotCount;
    }

    /// <summary>No parts.</summary>
    public static PartMap Empty { get; } = new([], 0, 0);

    /// <summary>Number of slots that contain a part.</summary>
    public int Count { get; }

    /// <summary>One more than the highest slot that contains a part, or 0 if there are no parts.</summary>
    public int SlotCount { get; }

    /// <summary>The part in a slot, or null.</summary>
    public StoredPart? this[int slot] => (uint)slot < (uint)SlotCount
        ? Entry(LeafOf(slot), slot % NodeSlots)
        : null;

    /// <summary>Returns a map with a new part in one slot.</summary>
    /// <param name="slot">0 to <see cref="Limits.MaxParts"/> - 1.</param>
    /// <param name="part">The part.</param>
    public PartMap With(int slot, StoredPart part)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)Limits.MaxParts);
        var branches = Copy(_branches, slot / BranchSlots);
        var branch = branches[slot / BranchSlots] = Copy(branches[slot / BranchSlots], slot % BranchSlots / NodeSlots);
        var leaf = branch[slot % BranchSlots / NodeSlots] = Copy(branch[slot % BranchSlots / NodeSlots], slot % NodeSlots);
        var added = leaf[slot % NodeSlots] is null ? 1 : 0;
        leaf[slot % NodeSlots] = part;
        return new PartMap(branches, Count + added, Math.Max(SlotCount, slot + 1));
    }

    /// <summary>The filled slots in ascending order, starting at a slot.</summary>
    /// <param name="firstSlot">The first slot to return; at least 0.</param>
    public IEnumerable<KeyValuePair<int, StoredPart>> From(int firstSlot)
    {
        for (var slot = firstSlot; slot < SlotCount;)
        {
            var leaf = LeafOf(slot);
            for (var next = slot - (slot % NodeSlots) + NodeSlots; slot < next; slot++)
            {
                if (Entry(leaf, slot % NodeSlots) is { } part)
                {
                    yield return new(slot, part);
                }
            }
        }
    }

    /// <summary>The leaf of a slot that is less than <see cref="SlotCount"/>, or null.</summary>
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
