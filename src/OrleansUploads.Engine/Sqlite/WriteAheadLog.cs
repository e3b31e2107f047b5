using System.Buffers;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>The file that SQLite appends transactions to, as it is found when no connection is open.</summary>
internal static class WriteAheadLog
{
    private const string Suffix = "-wal";
    private const int ChunkBytes = 1024 * 1024;

    /// <summary>Writes every byte of the log to where it is already, and makes it durable.</summary>
    /// <remarks>
    /// After a failed flush the page cache can show a transaction that is not on the disk, and call its pages clean. SQLite would
    /// find the transaction whole, serve it, and append later ones to it; they could be flushed and acknowledged, and a power cut
    /// would still take them all, since each builds on the one before. Written again, what the cache shows is what
    /// the disk has. The bytes do not change, so a crash meanwhile does no harm, and no room is needed.
    /// </remarks>
    /// <param name="database">Path of the database file.</param>
    /// <param name="flush">Makes files durable.</param>
    /// <exception cref="FlushFailedException">It is not durable; the log must not be used.</exception>
    public static void WriteAnew(string database, IDiskFlush flush)
    {
        var path = database + Suffix;
        if (new FileInfo(path) is not { Exists: true, Length: > 0 })
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
