using System.Collections.Concurrent;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Holds commands while the silo of their entity is replaced, and sends the identical command again. The caller
/// sees a slow answer instead of an error.</summary>
/// <param name="stopping">Canceled when this process begins to stop. From then on nothing is held, because the requests
/// would delay the end of the process.</param>
internal sealed class FailoverHost(IEntityHost inner, FailoverOptions options, TimeProvider time, CancellationToken stopping)
    : IEntityHost
{
    /// <summary>Before an entity is asked again. It doubles with each attempt.</summary>
    public static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);

    public static readonly TimeSpan MaxDelay = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<EntityId, Outage> _outages = new();
    private readonly Lock _gate = new();
    private int _heldCommands;
    private long _heldBytes;

    public ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) =>
        SendAsync(new Held(entity, command, time.GetTimestamp()), cancellationToken);

    /// <remarks>If the entity does not answer, each command is held and sent again alone.</remarks>
    public async ValueTask<IReadOnlyList<TrackedAnswer>> SendAllAsync(
        EntityId entity, IReadOnlyList<ICommand> commands, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        var isSent = false;
        if (!_outages.ContainsKey(entity))
        {
            isSent = true;
            try
            {
                return await inner.SendAllAsync(entity, commands, cancellationToken);
            }
            catch (EntityUnavailableException fault) when (fault.IsFailover && !stopping.IsCancellationRequested)
            {
                // The entity is moving.
            }
        }

        return await Task.WhenAll(commands.Select(
            command => SendAsync(new Held(entity, command, startedAt) { IsSent = isSent }, cancellationToken).AsTask()));
    }

    private async ValueTask<TrackedAnswer> SendAsync(Held held, CancellationToken cancellationToken)
    {
        EntityUnavailableException? reason = null;
        if (!_outages.ContainsKey(held.Entity))
        {
            try
            {
                return await SendOnceAsync(held, cancellationToken);
            }
            catch (EntityUnavailableException fault) when (fault.IsFailover && !stopping.IsCancellationRequested)
            {
                reason = fault;
            }
        }

        var bytes = Messages.Pack(held.Command).Body.Length;
        if (!TryHold(bytes))
        {
            throw new EntityUnavailableException(
                held.Entity, "it is moving to another silo, and too many requests wait for that already; try again.", reason);
        }

        try
        {
            return await HoldAsync(held, reason, cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                _heldCommands--;
                _heldBytes -= bytes;
            }
        }
    }

    /// <summary>False if the command does not fit, so that it must not be held.</summary>
    private bool TryHold(long bytes)
    {
        lock (_gate)
        {
            if (_heldCommands >= options.MaxCommands || _heldBytes + bytes > options.MaxBytes)
            {
                return false;
            }

            _heldCommands++;
            _heldBytes += bytes;
            return true;
        }
    }

    private async ValueTask<TrackedAnswer> HoldAsync(Held held, EntityUnavailableException? reason, CancellationToken cancellationToken)
    {
        var left = options.MaxTime - time.GetElapsedTime(held.StartedAt);
        using var limit = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping, limit.Token);
        try
        {
            while (true)
            {
                var outage = _outages.GetOrAdd(held.Entity, static _ => new Outage());
                if (outage.TryBecomeProbe())
                {
                    return await ProbeAsync(held, outage, ending.Token);
                }

                if (await outage.Probe.WaitAsync(ending.Token))
                {
                    try
                    {
                        return await SendOnceAsync(held, ending.Token);
                    }
                    catch (EntityUnavailableException fault) when (fault.IsFailover)
                    {
                        reason = fault;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EntityUnavailableException(
                held.Entity,
                stopping.IsCancellationRequested
                    ? "this process is stopping; try again."
                    : $"it did not answer within {options.MaxTime.TotalSeconds:F0} s; try again.",
                reason);
        }
    }

    /// <summary>Sends a command until its entity answers or the caller gives up. An error that is no failover is an answer, too.</summary>
    private async ValueTask<TrackedAnswer> ProbeAsync(Held held, Outage outage, CancellationToken ending)
    {
        var hasAnswered = true;
        try
        {
            for (var delay = FirstDelay; ; delay = delay * 2 < MaxDelay ? delay * 2 : MaxDelay)
            {
                await Task.Delay(delay, time, ending);
                try
                {
                    return await SendOnceAsync(held, ending);
                }
                catch (EntityUnavailableException fault) when (fault.IsFailover)
                {
                    // It is still moving.
                }
            }
        }
        catch (OperationCanceledException)
        {
            hasAnswered = false;
            throw;
        }
        finally
        {
            _outages.TryRemove(KeyValuePair.Create(held.Entity, outage));
            outage.EndProbe(hasAnswered);
        }
    }

    private async ValueTask<TrackedAnswer> SendOnceAsync(Held held, CancellationToken cancellationToken)
    {
        var isRepetition = held.IsSent;
        held.IsSent = true;
        try
        {
            var tracked = await inner.SendAsync(held.Entity, held.Command, cancellationToken);
            return tracked with { IsToRepetition = tracked.IsToRepetition || isRepetition };
        }
        catch (EntityUnavailableException fault) when (fault.IsRefused && isRepetition)
        {
            throw EntityUnavailableException.OfUnknownOutcome(fault);
        }
    }

    private sealed record Held(EntityId Entity, ICommand Command, long StartedAt)
    {
        public bool IsSent { get; set; }
    }

    /// <summary>The time during which an entity does not answer. One of the commands that are held for it is the probe, which is sent
    /// again and again. The others wait for it.</summary>
    private sealed class Outage
    {
        private readonly TaskCompletionSource<bool> _probe = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _hasProbe;

        /// <summary>Completes when the probe ends: true if the entity has answered it, false if its caller gave up.</summary>
        public Task<bool> Probe => _probe.Task;

        /// <summary>The caller's command, unless there is a probe.</summary>
        public bool TryBecomeProbe() => Interlocked.Exchange(ref _hasProbe, 1) == 0;

        public void EndProbe(bool hasAnswered) => _probe.TrySetResult(hasAnswered);
    }
}

/// <summary>Limits of what a gateway holds while silos are replaced.</summary>
public sealed record FailoverOptions
{
    /// <summary>The maximum time between a command and its answer. The SDKs wait 60 seconds for a response.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>The maximum time for a call of Orleans' own services in another silo, such as the directory of grains and the reminders,
    /// on which the calls of entities wait. For silos that host nothing else, because it applies to the whole silo. Shorter than a journal
    /// write may take, because a write may wait for a reminder.</summary>
    public static readonly TimeSpan ServiceAttemptTime = TimeSpan.FromSeconds(7);

    /// <summary>At a time.</summary>
    public int MaxCommands { get; init; } = 4096;

    /// <summary>At a time, as messages in bytes.</summary>
    public long MaxBytes { get; init; } = 64 * 1024 * 1024;
}
