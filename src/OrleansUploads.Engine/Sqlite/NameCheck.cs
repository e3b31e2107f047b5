namespace OrleansUploads.Engine.Sqlite;

/// <summary>Looks up every stream of a journal by its name. It checks a few streams at a time, so it neither delays the
/// start nor noticeably slows the server, even with millions of streams.</summary>
/// <remarks>A stream that is not found by its name looks as if it never existed. Most damage is detected when the stream is
/// requested. This check detects the rest before any bytes are collected as unowned.</remarks>
public sealed class NameCheck(SqliteJournal journal, TimeProvider time)
{
    private const int StreamsAtOnce = 256;

    // Limits the check to about 20,000 streams per second and a tenth of one reader thread.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Checks all streams once.</summary>
    /// <exception cref="JournalDamagedException">A stream is not found by its name.</exception>
    /// <exception cref="JournalUnavailableException">The journal cannot be read at the moment.</exception>
    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        long after = 0;
        while (await journal.CheckNamesAsync(after, StreamsAtOnce, cancellationToken) is { } reached)
        {
            after = reached;
            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
