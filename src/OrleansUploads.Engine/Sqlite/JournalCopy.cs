using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>Copies a consistent state of a running server's journal. Writes continue during the copy.</summary>
public static class JournalCopy
{
    /// <summary>Copies the mark and the database into a folder and flushes them. Only the owner can read them, also in a folder
    /// that others can read. A missing folder is created.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="backup">The folder of the backup. It must not contain a journal.</param>
    /// <exception cref="IOException">The folder of the backup already contains a journal or cannot be written.</exception>
    /// <exception cref="JournalUnavailableException">The journal cannot be read at the moment.</exception>
    public static void Make(string folder, string backup)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(backup);
        }
        else
        {
            Directory.CreateDirectory(
                backup, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var target = Path.Combine(backup, JournalSchema.FileName);
        if (File.Exists(target))
        {
            throw new IOException($"{target} already exists. Use a separate folder for each backup.");
        }

        // Copy the mark first: it must not be ahead of the database.
        var mark = Path.Combine(backup, HighWaterMark.FileName);
        File.Copy(Path.Combine(folder, HighWaterMark.FileName), mark, overwrite: true);
        try
        {
            using var database = JournalSchema.OpenForReading(Path.Combine(folder, JournalSchema.FileName));
            database.Execute($"VACUUM INTO '{target.Replace("'", "''", StringComparison.Ordinal)}'");
            OwnerOnly.Restrict(target);
        }
        catch (SqliteFault fault)
        {
            File.Delete(target);
            throw SqliteFault.ToJournalException(fault, $"Copying the journal of {folder} to {backup}");
        }

        Flush(mark);
        Flush(target);
        SystemFlush.Instance.RequireDirectory(backup);
    }

    private static void Flush(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        SystemFlush.Instance.RequireFile(file, path);
    }
}
