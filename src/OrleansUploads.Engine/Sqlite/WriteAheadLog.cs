using System.Buffers;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>The file that SQLite appends transactions to, before any connection is open. A database is given by its path.</summary>
internal static class WriteAheadLog
{
    private const string Suffix = "-wal";
    private const int ChunkBytes = 1024 * 1024;

    public static string PathOf(string database) => database + Suffix;

    /// <summary>Whether a database has no transactions in its log.</summary>
    public static bool IsEmpty(string database) => new FileInfo(PathOf(database)) is not { Exists: true, Length: > 0 };

    /// <summary>Rewrites every byte of the log in place and makes it durable.</summary>
    /// <remarks>After a failed flush, the page cache can contain a transaction that is not on the disk, in pages marked clean.
    /// SQLite would find the transaction complete, serve it and append later ones. Those could be flushed and acknowledged, yet a
    /// power cut would lose them all, because each builds on the previous one. Rewriting makes the disk equal to the cache. The
    /// bytes do not change, so a crash in between is harmless, and no disk space is needed.</remarks>
    /// <exception cref="FlushFailedException">The flush failed; the log must not be used.</exception>
    public static void Rewrite(string database, IDiskFlush flush)
    {
        var path = PathOf(database);
        if (IsEmpty(database))
        {
            return;
        }

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            long offset = 0;
            for (int read; (read = RandomAccess.Read(file, chunk, offset)) > 0; offset += read)
            {
                RandomAccess.Write(file, chunk.AsSpan(0, read), offset);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }

        flush.RequireFile(file, path);
    }
}
