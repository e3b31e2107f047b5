using OrleansUploads.Core.Hashing;

namespace OrleansUploads.Core.Parts;

/// <summary>What an upload has accepted for one slot.</summary>
/// <param name="LengthBytes">1 to the part size; less than that is fine only for the last part.</param>
/// <param name="TreeHash">Tree hash of exactly these bytes.</param>
/// <param name="Place">Where the bytes are.</param>
/// <param name="StoredAt">When it was accepted.</param>
public sealed record StoredPart(long LengthBytes, TreeHash TreeHash, PartPlace Place, DateTimeOffset StoredAt)
{
    /// <summary>Whether these are the part's bytes.</summary>
    public bool Holds(long lengthBytes, TreeHash treeHash) => LengthBytes == lengthBytes && TreeHash == treeHash;
}

/// <summary>The parts of an upload by slot; immutable, and cheap to change by one part.</summary>
/// <remarks>Two levels of at most <see cref="ChunkSlots"/> entries, so one more part copies two short arrays, however
/// many parts there are.</remarks>
public sealed class PartMap
{
    private const int ChunkSlots = 128;

    private readonly StoredPart?[]?[] _chunks;

    private PartMap(StoredPart?[]?[] chunks, int count, int slotCount)
    {
        _chunks = chunks;
        Count = count;
        SlotCount = slotCount;
    }

    /// <summary>No parts.</summary>
    public static PartMap Empty { get; } = new([], 0, 0);

    /// <summary>How many slots hold a part.</summary>
    public int Count { get; }

    /// <summary>One more than the highest slot that holds a part; 0 for none.</summary>
    public int SlotCount { get; }

    /// <summary>The part of a slot; null where there is none.</summary>
    public StoredPart? this[int slot] =>
        (uint)slot < (uint)SlotCount ? _chunks[slot / ChunkSlots]?[slot % ChunkSlots] : null;

    /// <summary>The map with one slot filled anew.</summary>
    /// <param name="slot">0 to <see cref="Limits.MaxParts"/> - 1.</param>
    /// <param name="part">The part.</param>
    public PartMap With(int slot, StoredPart part)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)Limits.MaxParts);
        var slotCount = Math.Max(SlotCount, slot + 1);
        var chunks = new StoredPart?[]?[(slotCount + ChunkSlots - 1) / ChunkSlots];
        _chunks.CopyTo(chunks, 0);
        var chunk = chunks[slot / ChunkSlots]?.AsSpan().ToArray() ?? new StoredPart?[ChunkSlots];
        var added = chunk[slot % ChunkSlots] is null ? 1 : 0;
        chunk[slot % ChunkSlots] = part;
        chunks[slot / ChunkSlots] = chunk;
        return new PartMap(chunks, Count + added, slotCount);
    }

    /// <summary>The filled slots in ascending order, from one on.</summary>
    /// <param name="firstSlot">The first slot of interest; at least 0.</param>
    public IEnumerable<KeyValuePair<int, StoredPart>> From(int firstSlot)
    {
        for (var slot = firstSlot; slot < SlotCount; slot++)
        {
            if (this[slot] is { } part)
            {
                yield return new(slot, part);
            }
        }
    }
}
