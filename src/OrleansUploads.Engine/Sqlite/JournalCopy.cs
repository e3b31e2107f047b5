using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>Copies the journal of a running server, as it is at one moment. Writing goes on meanwhile.</summary>
public static class JournalCopy
{
    /// <summary>Copies mark and database into a folder, which is made for its owner alone if it is not there, and flushes them.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="backup">The folder of the backup; it may hold no journal yet.</param>
    /// <exception cref="IOException">The backup holds a journal already, or cannot be written.</exception>
    /// <exception cref="JournalUnavailableException">The journal cannot be read now.</exception>
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
            throw new IOException($"{target} is there already. Give each backup a folder of its own.");
        }

        // The mark first: it must not be ahead of the database.
        var mark = Path.Combine(backup, HighWaterMark.FileName);
        File.Copy(Path.Combine(folder, HighWaterMark.FileName), mark, overwrite: true);
        try
        {
            using var database = JournalSchema.OpenForReading(Path.Combine(folder, JournalSchema.FileName));
            database.Execute($"VACUUM INTO '{target.Replace("'", "''", StringComparison.Ordinal)}'");
        }
        catch (SqliteFault fault)
        {
            File.Delete(target);
            throw fault.ToJournalException($"Copying the journal of {folder} to {backup}");
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
