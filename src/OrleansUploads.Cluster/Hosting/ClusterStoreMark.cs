using System.Security.Cryptography;
using Orleans.Storage;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Engine.Ownership;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Ties the part store to the grain storage: both contain the same random mark.</summary>
/// <remarks>A silo with an empty database would collect all bytes as unowned. A silo whose shared folder is not mounted would
/// acknowledge parts that no other silo can read. The mark prevents both silos from starting.</remarks>
public static class ClusterStoreMark
{
    private const string RowName = "ou-store-mark";

    private static readonly GrainId Row = GrainId.Create(RowName, "parts");

    /// <summary>The row with the claim, with which a mark of this cluster begins.</summary>
    private static readonly GrainId ClaimRow = GrainId.Create(RowName, "claim");

    /// <summary>The row with the claim by which the cluster holds the store.</summary>
    internal static GrainId HeldRow { get; } = GrainId.Create(RowName, "held");

    /// <summary>Checks that the part store and the storage have the same mark. Marks both if both are new.</summary>
    /// <param name="ownership">Takes a new part store before it is marked.</param>
    /// <exception cref="StoreMarkException">They do not belong together.</exception>
    public static ValueTask RequireMatchAsync(
        IGrainStorage storage, IStoreMark parts, StoreOwnership ownership, CancellationToken cancellationToken) =>
        StoreMarks.RequireMatchAsync(
            parts,
            token => new(FindAsync(storage, token)),
            async (claim, token) => await WriteAsync(storage, ClaimRow, new GrainState<JournalRow>(), claim, token),
            async (mark, token) => await WriteAsync(storage, Row, new GrainState<JournalRow>(), mark, token),
            RandomNumberGenerator.GetBytes(StoreMarks.Bytes),
            token => ownership.TakeAsync(takesOver: false, token),
            cancellationToken);

    /// <summary>The mark in the storage, or null.</summary>
    public static Task<byte[]?> FindAsync(IGrainStorage storage, CancellationToken cancellationToken) =>
        FindAsync(storage, Row, cancellationToken);

    /// <summary>The bytes with which a mark for the storage begins, or null before its first silo has started.</summary>
    internal static async Task<byte[]?> FindClaimAsync(IGrainStorage storage, CancellationToken cancellationToken) =>
        await FindAsync(storage, cancellationToken) is { } mark
            ? mark[..Math.Min(mark.Length, StoreMarks.Bytes / 2)]
            : await FindAsync(storage, ClaimRow, cancellationToken);

    /// <summary>Marks the storage as the part store is marked, in place of any other mark. Marks the part store first if it
    /// has no mark.</summary>
    /// <param name="random">The content of a new mark: unique random bytes.</param>
    public static async Task MakeAsync(
        IGrainStorage storage, IStoreMark parts, ReadOnlyMemory<byte> random, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var state = await ReadAsync(storage, Row, cancellationToken);
        var mark = await parts.FindOrMakeMarkAsync(random, cancellationToken);
        if (!(await WriteAsync(storage, Row, state, mark, cancellationToken)).AsSpan().SequenceEqual(mark))
        {
            throw new IOException("The mark in the storage was not replaced.");
        }
    }

    /// <summary>The content of a row, or null.</summary>
    internal static async Task<byte[]?> FindAsync(IGrainStorage storage, GrainId row, CancellationToken cancellationToken)
    {
        var state = await ReadAsync(storage, row, cancellationToken);
        return state.RecordExists ? state.State?.Content : null;
    }

    internal static async Task<GrainState<JournalRow>> ReadAsync(
        IGrainStorage storage, GrainId row, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(storage);
        var state = new GrainState<JournalRow>();
        await storage.ReadStateAsync(RowName, row, state, cancellationToken);
        return state;
    }

    /// <summary>Replaces a row whose state was read before. With a new state, it creates the row unless it exists. Returns
    /// the content of the row afterwards, which may be another process's.</summary>
    internal static async Task<byte[]> WriteAsync(
        IGrainStorage storage, GrainId row, GrainState<JournalRow> state, byte[] content, CancellationToken cancellationToken)
    {
        try
        {
            state.State = new JournalRow { Content = content };
            await storage.WriteStateAsync(RowName, row, state, cancellationToken);
            return content;
        }
        catch (Exception fault) when (fault is not (OperationCanceledException or OutOfMemoryException))
        {
            // Another silo has written the row first, or the outcome is unknown. Reading the row shows the result.
            return await FindAsync(storage, row, cancellationToken) ?? throw new IOException(fault.Message, fault);
        }
    }
}
