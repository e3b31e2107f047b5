using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>Looks up every stream of a journal by its name, a few at a time, so that a server with millions of them starts at
/// once and hardly notices.</summary>
/// <remarks>A stream that is not found is taken for one that never was. Most damage is noticed when such a stream is asked for;
/// this notices the rest, and runs before bytes are collected as nobody's.</remarks>
public sealed class NameCheck(SqliteJournal journal, TimeProvider time)
{
    private const int StreamsAtOnce = 256;

    // About 20,000 streams a second, and a tenth of one reading thread.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Goes through all streams once.</summary>
    /// <exception cref="JournalDamagedException">One is not found by its name.</exception>
    /// <exception cref="JournalUnavailableException">The journal could not be read now.</exception>
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
