namespace OrleansUploads.Simulation.World;

/// <summary>The journal as one process sees it: slow, failing before or after the effect, hanging, and torn by a crash.</summary>
internal sealed class JournalPort(SimulatedWorld world, SimulatedProcess process, SimulatedJournal journal) : IJournal, IWakeIndex
{
    private readonly List<InFlight> _inFlight = [];

    private SwarmOptions Options => world.Options;

    public ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
        Later(
            () =>
            {
                var history = journal.Read(entity);
                process.SawLoaded(entity, history);
                return history;
            },
            Options.ReadFails,
            "read failed",
            entity);

    public ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken) =>
        Later(() => journal.Read(entity).Version, Options.ReadFails, "read failed", entity);

    public ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        if (append.Record.Span.Count("part-stored.1"u8) > 1)
        {
            world.Coverage.Saw(Situations.GroupCommit);
        }

        return Write(append.Entity, Append, "append", append.Record.Length);

        AppendOutcome Append()
        {
            var outcome = journal.Append(append);
            if (outcome == AppendOutcome.Conflict && append.ExpectedVersion == 0)
            {
                world.Coverage.Saw(Situations.TakenForNew);
            }

            return outcome;
        }
    }

    public ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken) =>
        Write(
            entity,
            () =>
            {
                var outcome = journal.Forget(entity, expectedVersion);
                if (outcome == AppendOutcome.Appended)
                {
                    world.Coverage.Saw(Situations.EntityForgotten);
                }

                return outcome;
            },
            "forget",
            expectedVersion);

    public async ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken) =>
        await Later(
            () =>
            {
                if (journal.SaveSnapshot(entity, version, snapshot))
                {
                    world.Coverage.Saw(Situations.SnapshotSaved);
                    world.Note(process.Number, "snapshot", Named(entity), version);
                }

                return true;
            },
            Options.SnapshotFails,
            "snapshot failed",
            entity);

    public ValueTask<IReadOnlyList<EntityId>> ListDueAsync(DateTimeOffset dueAt, int limit, CancellationToken cancellationToken) =>
        Later(() => journal.ListDue(dueAt, limit), Options.ReadFails, "scan failed", default);

    /// <summary>The process has crashed. Each write in flight becomes durable now, is lost, or becomes durable
    /// later.</summary>
    public void Crash()
    {
        foreach (var write in _inFlight)
        {
            switch (world.Faults.Below(3))
            {
                case 0:
                    write.IsLost = true;
                    world.Coverage.Saw(Situations.TornTailCut);
                    world.Note(process.Number, "torn tail cut", Named(write.Entity));
                    process.TornTail(write.Entity);
                    break;
                case 1:
                    world.Coverage.Saw(Situations.TornTailKept);
                    write.Land();
                    break;
                default:
                    write.LandsAfterCrash = true;
                    break;
            }
        }

        _inFlight.Clear();
    }

    private ValueTask<AppendOutcome> Write(EntityId entity, Func<AppendOutcome> effect, string what, long size)
    {
        var faults = world.Faults;
        var failsBefore = faults.Chance(Options.AppendFailsBefore);
        var failsAfter = faults.Chance(Options.AppendFailsAfter);
        var hangs = faults.Chance(Options.AppendHangs);
        var atOnce = faults.Chance(Options.AppendAtOnce);
        var effectDelay = faults.Milliseconds(0, Options.SlowMilliseconds);
        var answerDelay = faults.Milliseconds(0, Options.SlowMilliseconds);
        var lateDelay = faults.Milliseconds(25_000, 50_000);
        var task = new TaskCompletionSource<AppendOutcome>();
        if (failsBefore)
        {
            world.Fault(process.Number, what + " fails before its effect", Named(entity));
            world.Coverage.Saw(Situations.UnknownWriteLost);
            world.Clock.After(effectDelay, () => task.SetException(Unavailable()));
            return new(task.Task);
        }

        var write = new InFlight(world, process, entity, effect, what, size);
        if (hangs)
        {
            world.Fault(process.Number, what + " hangs", Named(entity));
            _inFlight.Add(write);
            world.Clock.After(lateDelay, () =>
            {
                _inFlight.Remove(write);
                if (write.Land() is { } outcome)
                {
                    world.Coverage.Saw(outcome == AppendOutcome.Appended
                        ? Situations.HungWriteLandedLate
                        : Situations.HungWriteFencedLate);
                    task.TrySetResult(outcome);
                }
            });
            return new(task.Task);
        }

        if (failsAfter)
        {
            world.Fault(process.Number, what + " fails after its effect", Named(entity));
        }
        else if (atOnce && write.Land() is { } done)
        {
            return new(done);
        }

        _inFlight.Add(write);
        world.Clock.After(effectDelay, () =>
        {
            _inFlight.Remove(write);
            if (write.Land() is not { } outcome)
            {
                return;
            }

            if (failsAfter && outcome == AppendOutcome.Appended)
            {
                world.Coverage.Saw(Situations.UnknownWriteLanded);
            }

            world.Clock.After(answerDelay, () =>
            {
                if (failsAfter)
                {
                    task.SetException(Unavailable());
                }
                else
                {
                    task.SetResult(outcome);
                }
            });
        });
        return new(task.Task);
    }

    private ValueTask<T> Later<T>(Func<T> effect, int failsPerMille, string failure, EntityId entity)
    {
        var fails = world.Faults.Chance(failsPerMille);
        var atOnce = world.Faults.Chance(Options.AppendAtOnce);
        var effectDelay = world.Faults.Milliseconds(0, Options.SlowMilliseconds);
        var answerDelay = world.Faults.Milliseconds(0, Options.SlowMilliseconds);
        if (fails)
        {
            world.Fault(process.Number, failure, Named(entity));
        }
        else if (atOnce)
        {
            return new(effect());
        }

        var task = new TaskCompletionSource<T>();
        world.Clock.After(effectDelay, () =>
        {
            if (process.IsDead)
            {
                return;
            }

            if (fails)
            {
                task.SetException(Unavailable());
                return;
            }

            var result = effect();
            world.Clock.After(answerDelay, () => task.SetResult(result));
        });
        return new(task.Task);
    }

    private static JournalUnavailableException Unavailable() => new("The simulated journal fails.");

    private static string Named(EntityId entity) => SimulatedProcess.Named(entity);

    private sealed class InFlight(
        SimulatedWorld world, SimulatedProcess process, EntityId entity, Func<AppendOutcome> effect, string what, long size)
    {
        private bool _landed;

        public EntityId Entity => entity;

        public bool IsLost { get; set; }

        public bool LandsAfterCrash { get; set; }

        public AppendOutcome? Land()
        {
            if (IsLost || _landed)
            {
                return null;
            }

            _landed = true;
            var outcome = effect();
            world.Note(process.Number, outcome == AppendOutcome.Appended ? what : what + " is fenced", Named(entity), size);
            if (outcome == AppendOutcome.Conflict)
            {
                world.Coverage.Saw(Situations.ConflictFenced);
            }
            else if (LandsAfterCrash)
            {
                world.Coverage.Saw(Situations.WriteLandedAfterCrash);
            }

            return outcome;
        }
    }
}
