using System.Security.Cryptography;
using Orleans.Storage;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Silo.Storage;

/// <summary>Ties the part store to the grain storage: both contain the same random mark.</summary>
/// <remarks>A silo with an empty database would collect all bytes as unowned. A silo whose shared folder is not mounted would
/// acknowledge parts that no other silo can read. The mark prevents both silos from starting.</remarks>
internal static class PartStoreMark
{
    private const string RowName = "ou-store-mark";

    private static readonly GrainId Row = GrainId.Create(RowName, "parts");

    /// <summary>The row with the claim, with which a mark of this cluster begins.</summary>
    private static readonly GrainId ClaimRow = GrainId.Create(RowName, "claim");

    /// <summary>Checks that the part store has a mark.</summary>
    /// <exception cref="SettingException">It has no mark.</exception>
    public static async Task RequireMarkedAsync(IStoreMark parts, CancellationToken cancellationToken)
    {
        if (await parts.FindMarkAsync(cancellationToken) is null)
        {
            throw Describe(parts, StoreMarkFault.NotMarked, inner: null);
        }
    }

    /// <summary>Checks that the part store and the storage have the same mark. Marks both if both are new.</summary>
    /// <exception cref="SettingException">They do not belong together.</exception>
    public static async Task RequireMatchAsync(IGrainStorage storage, IStoreMark parts, CancellationToken cancellationToken)
    {
        try
        {
            await StoreMarks.RequireMatchAsync(
                parts,
                token => new(FindAsync(storage, token)),
                async (claim, token) => await WriteRowAsync(storage, ClaimRow, new GrainState<JournalRow>(), claim, token),
                async (mark, token) => await WriteRowAsync(storage, Row, new GrainState<JournalRow>(), mark, token),
                RandomNumberGenerator.GetBytes(StoreMarks.Bytes),
                cancellationToken);
        }
        catch (StoreMarkException fault)
        {
            throw Describe(parts, fault.Fault, fault);
        }
    }

    /// <summary>The mark in the storage, or null.</summary>
    public static Task<byte[]?> FindAsync(IGrainStorage storage, CancellationToken cancellationToken) =>
        FindAsync(storage, Row, cancellationToken);

    /// <summary>Marks the storage as the part store is marked, in place of any other mark. Marks the part store first if it has no mark.</summary>
    public static async Task MakeAsync(IGrainStorage storage, IStoreMark parts, CancellationToken cancellationToken)
    {
        var state = new GrainState<JournalRow>();
        await storage.ReadStateAsync(RowName, Row, state, cancellationToken);
        var mark = await parts.FindOrMakeMarkAsync(Guid.NewGuid().ToByteArray(), cancellationToken);
        if (!(await WriteRowAsync(storage, Row, state, mark, cancellationToken)).AsSpan().SequenceEqual(mark))
        {
            throw new IOException("The mark in the storage was not replaced.");
        }
    }

    private static SettingException Describe(IStoreMark parts, StoreMarkFault fault, Exception? inner)
    {
        var (setting, kind) = parts is DiskPartStore ? (KnownSettings.PartsFolder.Variable, "folder") : (KnownSettings.PartsVariable, "prefix");
        return new SettingException(
            $"{setting}: {parts.Place} " + fault switch
            {
                StoreMarkFault.NotMarked when parts is DiskPartStore && MovedMark.Find(parts.Place) is { } moved =>
                    $"is no longer used: its bytes have moved to {moved}. Set {KnownSettings.PartsVariable} instead.",
                StoreMarkFault.NotMarked when parts is DiskPartStore =>
                    $"does not contain {FolderMark.FileName}, so it is not the folder that the silos share, or it is not mounted. The first "
                    + "silo of a cluster creates this file.",
                StoreMarkFault.NotMarked =>
                    "has no mark, so it is not the store that the silos share. The first silo of a cluster makes the mark.",
                StoreMarkFault.UnknownBytes =>
                    "contains bytes that are unknown to the storage. The silo would delete them, so it does not start. Restore the storage "
                    + $"from the same backup, correct {KnownSettings.ConnectionString.Variable} or {KnownSettings.ServiceId.Variable}, or use "
                    + $"an empty {kind}.",
                _ => $"belongs to another cluster or data folder, and not to the storage that {KnownSettings.ConnectionString.Variable} and "
                    + $"{KnownSettings.ServiceId.Variable} select. Correct one of these settings. If nothing else uses this {kind} and it is "
                    + $"empty, delete the mark '{parts.MarkName}' in it.",
            },
            inner);
    }

    private static async Task<byte[]?> FindAsync(IGrainStorage storage, GrainId row, CancellationToken cancellationToken)
    {
        var state = new GrainState<JournalRow>();
        await storage.ReadStateAsync(RowName, row, state, cancellationToken);
        return state.RecordExists ? state.State?.Content : null;
    }

    /// <summary>Replaces a row whose state was read before. With a new state, it creates the row unless it exists.</summary>
    /// <returns>The content of the row afterwards, which may be that of another process.</returns>
    private static async Task<byte[]> WriteRowAsync(
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
