namespace OrleansUploads.Engine.Collecting;

/// <summary>Finds the bytes of deleted archives and objects that are not freed yet, and frees them at an operator's request.</summary>
/// <remarks>An upload whose archive or object was deleted is due when its bytes may be freed, so it is among the entities that are due
/// soonest. A limited number of them is asked, and a figure is used again for a while, so looking at it costs little on any server.</remarks>
/// <param name="host">Asks the uploads.</param>
/// <param name="wakes">Lists the entities that are due.</param>
/// <param name="clock">The clock by which they are due.</param>
/// <param name="within">The longest time for which bytes of deleted archives and objects are kept.</param>
/// <param name="time">Measures how old a figure is.</param>
public sealed class DeletedBytes(IEntityHost host, IWakeIndex wakes, IServiceClock clock, TimeSpan within, TimeProvider time) : IDisposable
{
    /// <summary>The maximum number of entities that are asked for one figure.</summary>
    public const int MaxAsked = 1000;

    /// <summary>The time for which a figure is used again; longer if it took long to find.</summary>
    public static readonly TimeSpan FigureLife = TimeSpan.FromSeconds(5);

    private const int AskedTogether = 32;

    private const int MaxRounds = 100;

    /// <summary>Finding figures takes no more than a hundredth of the time.</summary>
    private const int PauseForEachReading = 100;

    private readonly SemaphoreSlim _turn = new(1);
    private DeletedBytesTotal _total;
    private long _readAt;
    private TimeSpan _life;

    /// <summary>Adds up the bytes that are not freed yet. Null if the journal cannot be read, which the health checks report.</summary>
    public async ValueTask<DeletedBytesTotal?> TryReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is JournalUnavailableException or JournalDamagedException)
        {
            return null;
        }
    }

    private async ValueTask<DeletedBytesTotal> ReadAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_readAt == 0 || time.GetElapsedTime(_readAt) >= _life)
            {
                var began = time.GetTimestamp();
                _total = await AskAsync(new FindUnfreedBytes(), cancellationToken);
                _readAt = time.GetTimestamp();
                var pause = time.GetElapsedTime(began) * PauseForEachReading;
                _life = pause > FigureLife ? pause : FigureLife;
            }

            return _total;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Frees all of them. What still reads them ends: downloads of jobs, downloads and copies of objects. During a backup nothing is
    /// freed.</summary>
    /// <returns>What was found. During a backup, and if there was more than one call frees, the rest is left.</returns>
    /// <exception cref="JournalUnavailableException">The journal cannot be read at the moment. Some bytes may be freed.</exception>
    public async ValueTask<DeletedBytesTotal> FreeAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _readAt = 0;
            var freed = default(DeletedBytesTotal);
            for (var round = 1; ; round++)
            {
                // What was freed is due much later, so the next entities take its place.
                var page = await AskAsync(new FreeBytes(), cancellationToken);
                freed = (freed + page) with { HasMore = page.HasMore };
                if (!page.HasMore || page.Count == 0 || round == MaxRounds || clock.Read().HoldsBytes)
                {
                    return freed;
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async ValueTask<DeletedBytesTotal> AskAsync(ICommand<UnfreedBytes> question, CancellationToken cancellationToken)
    {
        var due = await wakes.ListDueAsync(clock.Read().Now + within, MaxAsked, cancellationToken);
        var total = new DeletedBytesTotal(HasMore: due.Count == MaxAsked);
        foreach (var together in due.Where(static entity => entity.Kind == EntityKind.Upload).Chunk(AskedTogether))
        {
            foreach (var found in await Task.WhenAll(together.Select(entity => AskAsync(entity, question, cancellationToken))))
            {
                total += found is { Bytes: > 0 } ? new DeletedBytesTotal(found.Bytes, Count: 1, found.Until) : default;
            }
        }

        return total;
    }

    /// <summary>Asks an upload. One that does not answer has no bytes that anybody could free now.</summary>
    private async Task<UnfreedBytes?> AskAsync(EntityId entity, ICommand<UnfreedBytes> question, CancellationToken cancellationToken)
    {
        try
        {
            return (await host.AskAsync(entity, question, cancellationToken)).Answer;
        }
        catch (EntityUnavailableException)
        {
            return null;
        }
    }
}

/// <summary>The bytes of deleted archives and objects that are not freed yet.</summary>
/// <param name="Count">The number of archives and objects.</param>
/// <param name="Until">When the last of them are freed at the earliest, or null if there are none or they are being freed.</param>
/// <param name="HasMore">Whether there may be more, which were not counted.</param>
public readonly record struct DeletedBytesTotal(long Bytes = 0, int Count = 0, DateTimeOffset? Until = null, bool HasMore = false)
{
    /// <summary>The sum of two totals.</summary>
    public static DeletedBytesTotal operator +(DeletedBytesTotal left, DeletedBytesTotal right) => new(
        left.Bytes + right.Bytes,
        left.Count + right.Count,
        left.Until is null || right.Until > left.Until ? right.Until ?? left.Until : left.Until,
        left.HasMore || right.HasMore);
}
