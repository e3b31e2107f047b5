using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansUploads.Client.Models;

namespace OrleansUploads.Silo.Tests.Recovery;

/// <summary>Asks every entity through every silo, again and again, from the moment at which the silo says that it is ready.</summary>
/// <param name="entities">The entities.</param>
/// <param name="duration">How long each silo is watched. What a cluster does some seconds after its start is part of the start.</param>
internal sealed class RecoveryWatch(IReadOnlyList<WatchedEntity> entities, TimeSpan duration)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly ConcurrentQueue<EntityAnswer> _answers = new();
    private readonly Stopwatch _sinceStart = new();
    private readonly Stopwatch _sinceReady = new();
    private TimeSpan _servedAfter;

    /// <summary>The time from the beginning of the watch until every silo had answered for every entity.</summary>
    public TimeSpan ServedAfter => _servedAfter;

    /// <summary>Watches silos that are starting.</summary>
    /// <returns>Every answer of every entity, the slowest first.</returns>
    public async Task<IReadOnlyList<EntityAnswer>> RunAsync(IReadOnlyList<Task<RunningSilo>> starting)
    {
        _sinceStart.Start();
        await Task.WhenAll(starting.Select(WatchAsync));
        return [.. _answers.OrderByDescending(static answer => answer.Waited)];
    }

    private async Task WatchAsync(Task<RunningSilo> starting, int number)
    {
        using var silo = new SiloClient(await starting);
        await Eventually.BecomesTrueAsync(silo.IsReadyAsync, "the silo says that it is ready", Patience);
        lock (_sinceReady)
        {
            _sinceReady.Start();
        }

        var end = _sinceReady.Elapsed + duration;
        for (var isFirst = true; _sinceReady.Elapsed < end; isFirst = false)
        {
            await Task.WhenAll(entities.Select(entity => AskAsync(entity, silo, number)));
            if (isFirst)
            {
                lock (_sinceReady)
                {
                    _servedAfter = _sinceStart.Elapsed;
                }
            }

            await Task.Delay(Pause);
        }
    }

    private async Task AskAsync(WatchedEntity entity, SiloClient silo, int number)
    {
        var askedAt = _sinceReady.Elapsed;
        var failures = new List<string>();
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                await entity.AskAsync(silo, patience.Token);
                break;
            }
            catch (Exception failed) when (failed is GlacierException or HttpRequestException or IOException)
            {
                failures.Add(failed.Message);
            }

            await Task.Delay(RetryDelay, patience.Token);
        }

        _answers.Enqueue(new EntityAnswer(entity.Name, number, askedAt, _sinceReady.Elapsed - askedAt, failures));
    }
}
