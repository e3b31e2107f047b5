using Orleans.Storage;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Silo.Settings;

namespace OrleansUploads.Silo.Storage;

/// <summary>Ties the folder of all bytes to the storage that says whose they are: both hold the same random mark.</summary>
/// <remarks>A silo with an empty database would collect every byte in the folder as nobody's, and one whose shared folder is not
/// mounted would acknowledge parts that it keeps where no other silo finds them. Neither starts.</remarks>
internal static class StoreMark
{
    private const string RowName = "ou-store-mark";
    private const int FanOutNameChars = 2;

    private static readonly GrainId Row = GrainId.Create(RowName, "parts");

    /// <summary>Looks whether the folder is that of a cluster.</summary>
    /// <exception cref="SettingException">It is not, or cannot be read.</exception>
    public static void RequireThere(string folder)
    {
        if (FolderMark.Find(folder) is null)
        {
            throw new SettingException(
                $"{KnownSettings.PartsFolder.Variable}: {folder} has no {FolderMark.FileName}, so it is not the folder that the "
                + "silos share, or it is not mounted. The first silo of a cluster makes the mark.");
        }
    }

    /// <summary>Makes sure that folder and storage belong together; marks both where both are new.</summary>
    /// <exception cref="SettingException">They do not belong together.</exception>
    public static async Task RequireSameAsync(IGrainStorage storage, string folder, CancellationToken cancellationToken)
    {
        var stored = await ReadRowAsync(storage, cancellationToken);
        if (stored is null)
        {
            // The folder is marked first: a crash in between leaves a mark without any bytes, which the next start accepts.
            stored = HoldsNothing(folder)
                ? await WriteRowAsync(storage, FolderMark.FindOrMake(folder, Guid.NewGuid().ToByteArray()), cancellationToken)
                : await ReadRowAsync(storage, cancellationToken);
            if (stored is null)
            {
                throw new SettingException(
                    $"{KnownSettings.PartsFolder.Variable}: {folder} holds bytes, but the storage knows nothing of them, so every "
                    + "byte would be nobody's. Restore the storage from the same backup, or check "
                    + $"{KnownSettings.ConnectionString.Variable} and {KnownSettings.ServiceId.Variable}; or use an empty folder.");
            }
        }

        RequireThere(folder);
        if (!FolderMark.Find(folder).AsSpan().SequenceEqual(stored))
        {
            throw new SettingException(
                $"{KnownSettings.PartsFolder.Variable}: {folder} belongs to another storage than "
                + $"{KnownSettings.ConnectionString.Variable} and {KnownSettings.ServiceId.Variable} lead to. Correct one of them.");
        }
    }

    private static bool HoldsNothing(string folder) => !Directory.EnumerateDirectories(folder)
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
            // Another silo was quicker, or the outcome is unknown; the row tells.
            return await ReadRowAsync(storage, cancellationToken) ?? throw new IOException(fault.Message, fault);
        }
    }
}
