namespace OrleansUploads.Simulation.Bugs;

/// <summary>Every append is accepted, regardless of the expected version.</summary>
internal sealed class NoFence(IJournal inner) : DelegatingJournal(inner)
{
    public override async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        var newest = await Inner.ReadAsync(append.Entity, cancellationToken);
        await Inner.AppendAsync(append with { ExpectedVersion = newest.Version }, cancellationToken);
        return AppendOutcome.Appended;
    }
}

/// <summary>Wake times are not recorded.</summary>
internal sealed class NoWakes(IJournal inner) : DelegatingJournal(inner)
{
    public override ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken) =>
        Inner.AppendAsync(append with { Wake = null }, cancellationToken);
}

/// <summary>A record torn by a crash is read as a valid record.</summary>
internal sealed class TornTailAccepted : PlantedBug
{
    private readonly HashSet<EntityId> _torn = [];

    public override IJournal Alter(IJournal journal, SimulatedWorld world) => new Journal(journal, _torn);

    public override void TornTail(EntityId entity) => _torn.Add(entity);

    private sealed class Journal(IJournal inner, HashSet<EntityId> torn) : DelegatingJournal(inner)
    {
        public override async ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken)
        {
            var history = await Inner.ReadAsync(entity, cancellationToken);
            return torn.Contains(entity) ? history with { Records = [.. history.Records, "[[\"part-sto"u8.ToArray()] } : history;
        }
    }
}

/// <summary>The freshness check asks memory instead of the journal, so it always succeeds.</summary>
internal sealed class LooksAtMemory(IJournal inner) : DelegatingJournal(inner)
{
    private readonly Dictionary<EntityId, long> _known = [];

    public override async ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken)
    {
        var history = await Inner.ReadAsync(entity, cancellationToken);
        _known[entity] = history.Version;
        return history;
    }

    public override async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        var outcome = await Inner.AppendAsync(append, cancellationToken);
        if (outcome == AppendOutcome.Appended)
        {
            _known[append.Entity] = append.ExpectedVersion + 1;
        }

        return outcome;
    }

    public override ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken) =>
        _known.TryGetValue(entity, out var known) ? new(known) : base.ReadVersionAsync(entity, cancellationToken);
}

/// <summary>A commit is reported as durable before it is complete.</summary>
internal sealed class CommitNotAwaited(IPartStore inner) : DelegatingPartStore(inner)
{
    public override async ValueTask<IAttemptWriter> CreateAsync(
        UploadId upload, AttemptId attempt, long lengthBytes, CancellationToken cancellationToken) =>
        new Writer(await Inner.CreateAsync(upload, attempt, lengthBytes, cancellationToken));

    private sealed class Writer(IAttemptWriter inner) : IAttemptWriter
    {
        private bool _committed;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
            inner.WriteAsync(bytes, cancellationToken);

        public ValueTask CommitAsync(ReadOnlyMemory<Sha256Digest> leaves, CancellationToken cancellationToken)
        {
            _committed = true;
            _ = inner.CommitAsync(leaves, cancellationToken).AsTask();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => _committed ? ValueTask.CompletedTask : inner.DisposeAsync();
    }
}

/// <summary>Damaged bytes are returned.</summary>
internal sealed class DamageHandedOut(IPartStore inner) : DelegatingPartStore(inner)
{
    public override async ValueTask<IAttemptReader> OpenAsync(
        UploadId upload, AttemptId attempt, long? lengthBytes, CancellationToken cancellationToken) =>
        new Reader(await Inner.OpenAsync(upload, attempt, lengthBytes, cancellationToken));

    private sealed class Reader(IAttemptReader inner) : IAttemptReader
    {
        public long LengthBytes => inner.LengthBytes;

        public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
        {
            try
            {
                return await inner.ReadAsync(offset, buffer, cancellationToken);
            }
            catch (AttemptDamagedException)
            {
                var count = await inner.ReadAsync(offset, buffer, cancellationToken);
                buffer.Span[0] ^= 1;
                return count;
            }
        }

        public ValueTask<IReadOnlyList<Sha256Digest>> ReadLeavesAsync(CancellationToken cancellationToken) =>
            inner.ReadLeavesAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
