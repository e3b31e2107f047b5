using System.Security.Cryptography;
using OrleansUploads.Engine.Ownership;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Ties the part store to the decisions of the cluster: both contain the same random mark.</summary>
/// <remarks>A silo with an empty database would collect all bytes as unowned. A silo whose shared folder is not mounted would
/// acknowledge parts that no other silo can read. The mark prevents both silos from starting.</remarks>
public static class ClusterStoreMark
{
    private const string Row = "ou-store-mark/parts";

    /// <summary>The row with the claim, with which a mark of this cluster begins.</summary>
    private const string ClaimRow = "ou-store-mark/claim";

    /// <summary>The row with the claim by which the cluster holds the store.</summary>
    internal const string HeldRow = "ou-store-mark/held";

    /// <summary>The row with the latest renewal of that claim.</summary>
    internal const string RenewalRow = "ou-store-mark/renewal";

    /// <summary>Checks that the part store and the storage have the same mark. Marks both if both are new.</summary>
    /// <param name="ownership">Takes a new part store before it is marked.</param>
    /// <exception cref="StoreMarkException">They do not belong together.</exception>
    public static ValueTask RequireMatchAsync(
        INamedRows rows, IStoreMark parts, StoreOwnership ownership, CancellationToken cancellationToken) =>
        StoreMarks.RequireMatchAsync(
            parts,
            token => new(FindAsync(rows, token)),
            async (claim, token) => await WriteAsync(rows, ClaimRow, claim, version: null, token),
            async (mark, token) => await WriteAsync(rows, Row, mark, version: null, token),
            RandomNumberGenerator.GetBytes(StoreMarks.Bytes),
            token => ownership.TakeAsync(takesOver: false, token),
            cancellationToken);

    /// <summary>The mark in the storage, or null.</summary>
    public static Task<byte[]?> FindAsync(INamedRows rows, CancellationToken cancellationToken) =>
        FindAsync(rows, Row, cancellationToken);

    /// <summary>The bytes with which a mark for the storage begins, or null before its first silo has started.</summary>
    internal static async Task<byte[]?> FindClaimAsync(INamedRows rows, CancellationToken cancellationToken) =>
        await FindAsync(rows, cancellationToken) is { } mark
            ? mark[..Math.Min(mark.Length, StoreMarks.Bytes / 2)]
            : await FindAsync(rows, ClaimRow, cancellationToken);

    /// <summary>Marks the storage as the part store is marked, in place of any other mark. Marks the part store first if it
    /// has no mark.</summary>
    /// <param name="random">The content of a new mark: unique random bytes.</param>
    public static async Task MakeAsync(
        INamedRows rows, IStoreMark parts, ReadOnlyMemory<byte> random, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(parts);
        var row = await rows.FindAsync(Row, cancellationToken);
        var mark = await parts.FindOrMakeMarkAsync(random, cancellationToken);
        if (!(await WriteAsync(rows, Row, mark, row?.Version, cancellationToken)).AsSpan().SequenceEqual(mark))
        {
            throw new IOException("The mark in the storage was not replaced.");
        }
    }

    /// <summary>The content of a row, or null.</summary>
    internal static async Task<byte[]?> FindAsync(INamedRows rows, string row, CancellationToken cancellationToken) =>
        (await rows.FindAsync(row, cancellationToken))?.Content;

    /// <summary>Replaces a row that has a version, or creates it. Returns the content of the row afterwards, which may be another
    /// process's.</summary>
    internal static async Task<byte[]> WriteAsync(
        INamedRows rows, string row, byte[] content, string? version, CancellationToken cancellationToken)
    {
        Exception? unknown = null;
        try
        {
            if (await rows.TryWriteAsync(row, content, version, cancellationToken))
            {
                return content;
            }
        }
        catch (Exception fault) when (fault is not (OperationCanceledException or OutOfMemoryException))
        {
            unknown = fault;
        }

        // Another silo has written the row first, or the outcome is unknown. Reading the row shows the result.
        return await FindAsync(rows, row, cancellationToken)
            ?? throw new IOException(unknown?.Message ?? $"The row '{row}' was deleted by another process.", unknown);
    }
}
