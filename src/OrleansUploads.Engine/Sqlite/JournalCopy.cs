using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>Copies a consistent state of a running server's journal. Writes continue during the copy.</summary>
internal static class JournalCopy
{
    /// <summary>Copies the mark, and the database into an empty file, and flushes both.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="backup">The folder of the mark's copy.</param>
    /// <param name="database">The empty file.</param>
    /// <exception cref="IOException">A copy cannot be written.</exception>
    /// <exception cref="JournalUnavailableException">The journal cannot be read at the moment.</exception>
    public static void Make(string folder, string backup, string database)
    {
        // Copy the mark first: it must not be ahead of the database.
        var mark = Path.Combine(backup, HighWaterMark.FileName);
        try
        {
            File.Copy(Path.Combine(folder, HighWaterMark.FileName), mark);
            using var journal = JournalSchema.OpenForReading(Path.Combine(folder, JournalSchema.FileName));
            journal.Execute($"VACUUM INTO '{database.Replace("'", "''", StringComparison.Ordinal)}'");
        }
        catch (Exception fault) when (fault is SqliteFault or IOException or UnauthorizedAccessException)
        {
            throw SqliteFault.ToJournalException(fault, $"Copying the journal of {folder} to {backup}");
        }

        SystemFlush.Instance.RequireFile(mark);
        SystemFlush.Instance.RequireFile(database);
    }
}
