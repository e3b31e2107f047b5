using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>Copies a consistent state of a running server's journal. Writes continue during the copy.</summary>
public static class JournalCopy
{
    /// <summary>Fails if a journal cannot be copied to a folder. Changes nothing.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="backup">The folder of the backup. It need not exist.</param>
    /// <exception cref="IOException">The folder of the backup is a file, contains a journal or is in the data folder.</exception>
    public static void RequirePlace(string folder, string backup)
    {
        if (File.Exists(backup))
        {
            throw new IOException($"{backup} is a file. Name a folder for the backup.");
        }

        var place = Path.TrimEndingDirectorySeparator(Path.GetFullPath(backup)) + Path.DirectorySeparatorChar;
        if (place.StartsWith(
            Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new IOException($"{backup} is in the data folder {folder}. Name a folder outside of it for the backup.");
        }

        if (Path.Exists(DatabaseIn(backup)))
        {
            throw Existing(backup);
        }
    }

    /// <summary>Copies the mark and the database into a folder and flushes them. A missing folder is created. Folder and files are
    /// readable by the owner only.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="backup">The folder of the backup.</param>
    /// <exception cref="IOException">The folder of the backup already contains a journal or cannot be written.</exception>
    /// <exception cref="JournalUnavailableException">The journal cannot be read at the moment.</exception>
    public static void Make(string folder, string backup)
    {
        OwnerOnly.MakeDirectory(backup);
        var target = DatabaseIn(backup);
        Claim(backup);

        // Copy the mark first: it must not be ahead of the database.
        var mark = Path.Combine(backup, HighWaterMark.FileName);
        try
        {
            File.Copy(Path.Combine(folder, HighWaterMark.FileName), mark, overwrite: true);
            using var database = JournalSchema.OpenForReading(Path.Combine(folder, JournalSchema.FileName));
            database.Execute($"VACUUM INTO '{target.Replace("'", "''", StringComparison.Ordinal)}'");
        }
        catch (Exception fault) when (fault is SqliteFault or IOException or UnauthorizedAccessException)
        {
            File.Delete(target);
            throw SqliteFault.ToJournalException(fault, $"Copying the journal of {folder} to {backup}");
        }

        Flush(mark);
        Flush(target);
        SystemFlush.Instance.RequireDirectory(backup);
    }

    /// <summary>Creates the empty file that SQLite copies the database to, so that of two backups to one folder only one goes on.</summary>
    private static void Claim(string backup)
    {
        try
        {
            new FileStream(DatabaseIn(backup), OwnerOnly.NewFile()).Dispose();
        }
        catch (IOException fault) when (DiskErrors.IsExisting(fault))
        {
            throw Existing(backup);
        }
    }

    private static string DatabaseIn(string backup) => Path.Combine(backup, JournalSchema.FileName);

    private static IOException Existing(string backup) =>
        new($"{DatabaseIn(backup)} already exists. Use a separate folder for each backup.");

    private static void Flush(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        SystemFlush.Instance.RequireFile(file, path);
    }
}
