using Orleans.Storage;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Silo.Storage;

/// <summary>Ties the parts folder to the grain storage: both contain the same random mark.</summary>
/// <remarks>A silo with an empty database would collect all bytes in the folder as unowned. A silo whose shared folder is not
/// mounted would acknowledge parts that no other silo can read. The mark prevents both silos from starting.</remarks>
internal static class PartStoreMark
{
    private const string RowName = "ou-store-mark";
    private const int FanOutNameChars = 2;

    private static readonly GrainId Row = GrainId.Create(RowName, "parts");

    /// <summary>Checks that the folder has a mark.</summary>
    /// <exception cref="SettingException">The folder has no mark.</exception>
    public static void RequireMarked(string folder)
    {
        if (FolderMark.Find(folder) is null)
        {
            throw new SettingException(
                $"{KnownSettings.PartsFolder.Variable}: {folder} does not contain {FolderMark.FileName}, so it is not the folder that "
                + "the silos share, or it is not mounted. The first silo of a cluster creates this file.");
        }
    }

    /// <summary>Checks that the folder and the storage have the same mark. Marks both if both are new.</summary>
    /// <exception cref="SettingException">The folder and the storage do not belong together.</exception>
    public static async Task RequireMatchAsync(IGrainStorage storage, string folder, CancellationToken cancellationToken)
    {
        var stored = await ReadRowAsync(storage, cancellationToken);
        if (stored is null)
        {
            // The folder is marked first. A crash after that leaves a marked folder without bytes, which the next start accepts.
            stored = HasNoBytes(folder)
                ? await WriteRowAsync(storage, FolderMark.FindOrMake(folder, Guid.NewGuid().ToByteArray()), cancellationToken)
                : await ReadRowAsync(storage, cancellationToken);
            if (stored is null)
            {
                throw new SettingException(
                    $"{KnownSettings.PartsFolder.Variable}: {folder} contains bytes that are unknown to the storage. The silo would delete "
                    + "them, so it does not start. Restore the storage from the same backup, correct "
                    + $"{KnownSettings.ConnectionString.Variable} or {KnownSettings.ServiceId.Variable}, or use an empty folder.");
            }
        }

        RequireMarked(folder);
        if (!FolderMark.Find(folder).AsSpan().SequenceEqual(stored))
        {
            throw new SettingException(
                $"{KnownSettings.PartsFolder.Variable}: {folder} does not belong to the storage selected by "
                + $"{KnownSettings.ConnectionString.Variable} and {KnownSettings.ServiceId.Variable}. Correct one of these settings.");
        }
    }

    private static bool HasNoBytes(string folder) => !Directory.EnumerateDirectories(folder)
        .Where(path => Path.GetFileName(path).Length == FanOutNameChars)
        .Any(fanOut => Directory.EnumerateFileSystemEntries(fanOut).Any());

    private static async Task<byte[]?> ReadRowAsync(IGrainStorage storage, CancellationToken cancellationToken)
    {
        var state = new GrainState<JournalRow>();
        await storage.ReadStateAsync(RowName, Row, state, cancellationToken);
        return state.RecordExists ? state.State?.Content : null;
    }

    private static async Task<byte[]?> WriteRowAsync(IGrainStorage storage, byte[] mark, CancellationToken cancellationToken)
    {
        try
        {
            var state = new GrainState<JournalRow>(new JournalRow { Content = mark });
            await storage.WriteStateAsync(RowName, Row, state, cancellationToken);
            return mark;
        }
        catch (Exception fault) when (fault is not (OperationCanceledException or OutOfMemoryException))
        {
            // Another silo has written the row first, or the outcome is unknown. Reading the row shows the result.
            return await ReadRowAsync(storage, cancellationToken) ?? throw new IOException(fault.Message, fault);
        }
    }
}
