using OrleansUploads.Core;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Cluster.Entities;

/// <summary>A journal whose wake times are kept by a reminder. The reminder is there before the record that needs it, so a crash
/// cannot leave an entity asleep that still owes something.</summary>
/// <param name="inner">The journal.</param>
/// <param name="reminder">The entity's reminder.</param>
/// <param name="time">The clock.</param>
/// <remarks>For one scheduler, as grains have it.</remarks>
internal sealed class WakingJournal(IJournal inner, WakeReminder reminder, TimeProvider time) : IJournal
{
    private int _writing;
    private DateTimeOffset? _wakeAt;

    /// <inheritdoc/>
    public async ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken)
    {
        var history = await inner.ReadAsync(entity, cancellationToken);
        _wakeAt = history.WakeAt;
        if (history.WakeAt is { } overdue && overdue <= time.GetUtcNow())
        {
            await CoverAsync(entity, overdue);
        }

        return history;
    }

    /// <inheritdoc/>
    public ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken) =>
        inner.ReadVersionAsync(entity, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        if (append.Wake is not { } wake)
        {
            return await inner.AppendAsync(append, cancellationToken);
        }

        _writing++;
        try
        {
            if (wake.At is { } at)
            {
                await CoverAsync(append.Entity, at);
            }

            var outcome = await inner.AppendAsync(append, cancellationToken);
            _wakeAt = outcome == AppendOutcome.Appended ? wake.At : _wakeAt;
            return outcome;
        }
        finally
        {
            _writing--;
        }
    }

    /// <inheritdoc/>
    public ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken) =>
        inner.SaveSnapshotAsync(entity, version, snapshot, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<AppendOutcome> ForgetAsync(
        EntityId entity, long expectedVersion, CancellationToken cancellationToken)
    {
        var outcome = await inner.ForgetAsync(entity, expectedVersion, cancellationToken);
        _wakeAt = outcome == AppendOutcome.Appended ? null : _wakeAt;
        return outcome;
    }

    /// <summary>A tick has been acted upon. While a wake time is being written the reminder stays as it is.</summary>
    /// <remarks>If one is written meanwhile, its reminder is a newer one, and only the older one is taken away.</remarks>
    public ValueTask SettleAsync() => _writing == 0 ? reminder.SettleAsync(_wakeAt) : ValueTask.CompletedTask;

    private async ValueTask CoverAsync(EntityId entity, DateTimeOffset at)
    {
        try
        {
            await reminder.CoverAsync(at);
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException)
        {
            throw new JournalUnavailableException($"The reminder of {entity} could not be registered: {fault.Message}", fault);
        }
    }
}
